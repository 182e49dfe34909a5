using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// Reads a family's <c>config.json</c>, in the flat layout or the newer nested one, and refuses what the network does
/// not compute.
/// </summary>
internal abstract class ConfigReading
{
    // Far above any model's, and small enough that products of two of them, and the list of all tensors, can be.
    private const int LargestSize = 1 << 24;
    private const int MostLayers = 1000;

    // Ids of the published models.
    private const int DefaultEndOfText = 151643;
    private const int DefaultEndOfTurn = 151645;

    private readonly ModelFamily _family;
    private readonly JsonPart _root;

    protected ConfigReading(ModelFamily family, JsonPart root)
    {
        _family = family;
        _root = root;
        // Newer tools nest the text model's keys; older ones keep them beside the vision model's.
        Text = root.FindValue("text_config") ?? root;
        Vision = root["vision_config"];
    }

    /// <summary>The part with the decoder's keys.</summary>
    protected JsonPart Text { get; }

    /// <summary>The part with the vision tower's keys.</summary>
    protected JsonPart Vision { get; }

    /// <summary>The keys of the decoder's part that this family reads beside those of all.</summary>
    protected abstract IEnumerable<string> OwnTextKeys { get; }

    /// <summary>The keys of the vision tower's part that this family reads.</summary>
    protected abstract IEnumerable<string> VisionKeys { get; }

    /// <summary>What the reference takes for ε where the file is silent.</summary>
    protected abstract double DefaultNormEpsilon { get; }

    /// <summary>What the reference takes for θ where the file is silent.</summary>
    protected abstract double DefaultRopeTheta { get; }

    /// <exception cref="BadInputException">A key is missing, or asks for another architecture.</exception>
    public ModelConfig Read()
    {
        VisionConfig vision = ReadVision();
        TextConfig text = ReadText(ReadSizes());
        Require(vision.OutHiddenSize == text.HiddenSize, $"{OutSizeKey} differs from hidden_size");
        CheckVision(vision);
        return new ModelConfig(_family, text, vision, ReadTokens()) { UnreadKeys = [.. CheckKeys()] };
    }

    /// <summary>The key of the tower's part that holds the size of an image token.</summary>
    protected virtual string OutSizeKey => "out_hidden_size";

    /// <summary>The tower's sizes, in the family's own record.</summary>
    protected abstract VisionConfig ReadVision();

    /// <summary>Adds what the family's decoder has of its own.</summary>
    /// <param name="sizes">Read already, but for the rotary axes.</param>
    protected abstract TextConfig ReadText(TextConfig sizes);

    /// <summary>The rotary embedding's settings.</summary>
    protected RopeReading Rope => new(Text);

    /// <summary>Three sizes that add up to half of a head.</summary>
    protected int[] RopeSections(TextConfig text)
    {
        int[] sections = Rope.Sections;
        Require(
            sections.Length == 3
            && Array.TrueForAll(sections, size => size >= 0)
            && sections.Sum(size => (long)size) * 2 == text.HeadSize,
            "mrope_section must hold three sizes that add up to half of the head size");
        return sections;
    }

    protected int Positive(JsonPart part, string key)
    {
        int value = part[key].Integer();
        Require(value > 0, $"{key} is {value} and must be positive");
        Require(value <= LargestSize, $"{key} is {value}, more than any model's");
        return value;
    }

    protected void RequireActivation(JsonPart part, string place, string expected)
    {
        string activation = part.FindValue("hidden_act")?.Text() ?? expected;
        Require(activation == expected, $"{place} is \"{activation}\"; Retrace computes \"{expected}\"");
    }

    protected void Require(bool holds, string complaint)
    {
        if (!holds)
        {
            throw new BadInputException($"{_root.File}: {complaint}.");
        }
    }

    private TextConfig ReadSizes()
    {
        RequireActivation(Text, "hidden_act", "silu");
        Require(
            Text.FindValue("use_sliding_window")?.Flag() is not true,
            "use_sliding_window is true; Retrace computes full attention alone");
        var text = new TextConfig(
            VocabularySize: Positive(Text, "vocab_size"),
            HiddenSize: Positive(Text, "hidden_size"),
            IntermediateSize: Positive(Text, "intermediate_size"),
            Layers: Positive(Text, "num_hidden_layers"),
            Heads: Positive(Text, "num_attention_heads"),
            KeyValueHeads: Positive(Text, "num_key_value_heads"),
            NormEpsilon: Text.FindValue("rms_norm_eps")?.Number() ?? DefaultNormEpsilon,
            RopeTheta: Rope.Theta(DefaultRopeTheta),
            RopeAxes: [],
            MaxPositions: Text.FindValue("max_position_embeddings")?.Integer() ?? 32768,
            TieWordEmbeddings: OfEither("tie_word_embeddings")?.Flag() ?? false);
        Require(text.Layers <= MostLayers, $"num_hidden_layers is more than {MostLayers}");
        Require(
            text.Heads % text.KeyValueHeads == 0, "num_attention_heads is no multiple of num_key_value_heads");
        return text with { Yarn = Rope.Yarn(text.MaxPositions) };
    }

    private void CheckVision(VisionConfig vision)
    {
        Require(vision.Depth <= MostLayers, $"depth is more than {MostLayers}");
        Require(
            vision.PatchSize <= ImageProcessorConfig.MaximumSide
            && vision.MergeSize <= ImageProcessorConfig.MaximumSide
            && vision.TemporalPatchSize <= ImageProcessorConfig.MaximumSide,
            "patch_size, spatial_merge_size and temporal_patch_size may be up to "
            + $"{ImageProcessorConfig.MaximumSide}");
        JsonPart? channels = Vision.FindValue("in_channels") ?? Vision.FindValue("in_chans");
        Require(
            channels is null || channels.Integer() == VisionConfig.Channels,
            $"in_channels must be {VisionConfig.Channels}");
        Require(
            vision.HiddenSize % vision.Heads == 0 && vision.HeadSize % 4 == 0,
            "the vision head size must be a multiple of 4");
    }

    private TokenIds ReadTokens() => new(
        EndOfText: OfEither("bos_token_id")?.Integer() ?? DefaultEndOfText,
        Stops: StopTokens.In(_root) is { Count: > 0 } stops ? stops
            : StopTokens.In(Text) is { Count: > 0 } textStops ? textStops
            : [DefaultEndOfTurn, DefaultEndOfText],
        VisionStart: _root.FindValue("vision_start_token_id")?.Integer() ?? 151652,
        VisionEnd: _root.FindValue("vision_end_token_id")?.Integer() ?? 151653,
        VisionPad: _root.FindValue("vision_token_id")?.Integer() ?? 151654,
        ImagePad: _root.FindValue("image_token_id")?.Integer() ?? 151655,
        VideoPad: _root.FindValue("video_token_id")?.Integer() ?? 151656);

    private IEnumerable<string> CheckKeys()
    {
        string[] text = [.. ConfigKeys.OfText, .. OwnTextKeys];
        ConfigKeys root = new([.. text, .. ConfigKeys.OfRoot]);
        return
        [
            .. root.Unread(_root),
            .. ReferenceEquals(Text, _root) ? [] : new ConfigKeys([.. text, .. ConfigKeys.OfRoot]).Unread(Text),
            .. new ConfigKeys([.. VisionKeys, .. ConfigKeys.OfVision]).Unread(Vision),
        ];
    }

    private JsonPart? OfEither(string key) => _root.FindValue(key) ?? Text.FindValue(key);
}
