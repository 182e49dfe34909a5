using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>Reads Qwen2.5-VL's <c>config.json</c>, in the flat layout or the newer nested one.</summary>
internal sealed class ConfigReading(ModelFamily family, JsonPart root)
{
    // Far above any model's, and small enough that products of two of them, and the list of all tensors, can be.
    private const int LargestSize = 1 << 24;
    private const int MostLayers = 1000;

    // Ids of the published models.
    private const int DefaultEndOfText = 151643;
    private const int DefaultEndOfTurn = 151645;

    // Newer tools nest the text model's keys; older ones keep them beside the vision model's.
    private readonly JsonPart _text = root.FindValue("text_config") ?? root;
    private readonly JsonPart _vision = root["vision_config"];

    /// <exception cref="BadInputException">A key is missing, or asks for another architecture.</exception>
    public ModelConfig Read()
    {
        WindowedVisionConfig vision = ReadVision();
        TextConfig text = ReadText();
        Require(vision.OutHiddenSize == text.HiddenSize, "out_hidden_size differs from hidden_size");
        return new ModelConfig(family, text, vision, ReadTokens());
    }

    private TextConfig ReadText()
    {
        RequireSilu(_text, "hidden_act");
        Require(
            _text.FindValue("use_sliding_window")?.Flag() is not true,
            "use_sliding_window is true; Retrace computes full attention alone");
        JsonPart rope =
            _text.FindValue("rope_scaling") ?? _text.FindValue("rope_parameters") ?? _text["rope_scaling"];
        int[] sections = rope["mrope_section"].Integers();
        var text = new TextConfig(
            VocabularySize: Positive(_text, "vocab_size"),
            HiddenSize: Positive(_text, "hidden_size"),
            IntermediateSize: Positive(_text, "intermediate_size"),
            Layers: Positive(_text, "num_hidden_layers"),
            Heads: Positive(_text, "num_attention_heads"),
            KeyValueHeads: Positive(_text, "num_key_value_heads"),
            NormEpsilon: _text.FindValue("rms_norm_eps")?.Number() ?? 1e-6,
            RopeTheta: (_text.FindValue("rope_theta") ?? rope.FindValue("rope_theta"))?.Number() ?? 1e6,
            RopeAxes: [],
            MaxPositions: _text.FindValue("max_position_embeddings")?.Integer() ?? 32768,
            TieWordEmbeddings: OfEither("tie_word_embeddings")?.Flag() ?? false);
        Require(text.Layers <= MostLayers, $"num_hidden_layers is more than {MostLayers}");
        Require(text.HiddenSize % text.Heads == 0, "hidden_size is no multiple of num_attention_heads");
        Require(
            text.Heads % text.KeyValueHeads == 0, "num_attention_heads is no multiple of num_key_value_heads");
        Require(
            sections.Length == 3
            && Array.TrueForAll(sections, size => size >= 0)
            && sections.Sum(size => (long)size) * 2 == text.HeadSize,
            "mrope_section must hold three sizes that add up to half of the head size");
        return text with { RopeAxes = Rotary.AxesInSections(sections) };
    }

    private WindowedVisionConfig ReadVision()
    {
        RequireSilu(_vision, "vision_config.hidden_act");
        var vision = new WindowedVisionConfig(
            Depth: Positive(_vision, "depth"),
            HiddenSize: Positive(_vision, "hidden_size"),
            IntermediateSize: Positive(_vision, "intermediate_size"),
            Heads: Positive(_vision, "num_heads"),
            OutHiddenSize: Positive(_vision, "out_hidden_size"),
            PatchSize: Positive(_vision, "patch_size"),
            MergeSize: Positive(_vision, "spatial_merge_size"),
            TemporalPatchSize: Positive(_vision, "temporal_patch_size"),
            WindowSize: Positive(_vision, "window_size"),
            FullAttentionBlocks: _vision["fullatt_block_indexes"].Integers());
        Require(vision.Depth <= MostLayers, $"depth is more than {MostLayers}");
        Require(
            vision.PatchSize <= ImageProcessorConfig.MaximumSide
            && vision.MergeSize <= ImageProcessorConfig.MaximumSide
            && vision.TemporalPatchSize <= ImageProcessorConfig.MaximumSide,
            "patch_size, spatial_merge_size and temporal_patch_size may be up to "
            + $"{ImageProcessorConfig.MaximumSide}");
        JsonPart? channels = _vision.FindValue("in_channels") ?? _vision.FindValue("in_chans");
        Require(
            channels is null || channels.Integer() == VisionConfig.Channels,
            $"in_channels must be {VisionConfig.Channels}");
        Require(vision.HiddenSize % vision.Heads == 0 && vision.HeadSize % 4 == 0,
            "the vision head size must be a multiple of 4");
        Require(vision.WindowSize % (vision.PatchSize * vision.MergeSize) == 0,
            "window_size is no multiple of patch_size times spatial_merge_size");
        return vision;
    }

    private TokenIds ReadTokens() => new(
        EndOfText: OfEither("bos_token_id")?.Integer() ?? DefaultEndOfText,
        Stops: StopTokens.In(root) is { Count: > 0 } stops ? stops
            : StopTokens.In(_text) is { Count: > 0 } textStops ? textStops
            : [DefaultEndOfTurn, DefaultEndOfText],
        VisionStart: root.FindValue("vision_start_token_id")?.Integer() ?? 151652,
        VisionEnd: root.FindValue("vision_end_token_id")?.Integer() ?? 151653,
        VisionPad: root.FindValue("vision_token_id")?.Integer() ?? 151654,
        ImagePad: root.FindValue("image_token_id")?.Integer() ?? 151655,
        VideoPad: root.FindValue("video_token_id")?.Integer() ?? 151656);

    private JsonPart? OfEither(string key) => root.FindValue(key) ?? _text.FindValue(key);

    private int Positive(JsonPart part, string key)
    {
        int value = part[key].Integer();
        Require(value > 0, $"{key} is {value} and must be positive");
        Require(value <= LargestSize, $"{key} is {value}, more than any model's");
        return value;
    }

    private void RequireSilu(JsonPart part, string place)
    {
        string activation = part.FindValue("hidden_act")?.Text() ?? "silu";
        Require(activation == "silu", $"{place} is \"{activation}\"; Retrace computes \"silu\"");
    }

    private void Require(bool holds, string complaint)
    {
        if (!holds)
        {
            throw new BadInputException($"{root.File}: {complaint}.");
        }
    }
}
