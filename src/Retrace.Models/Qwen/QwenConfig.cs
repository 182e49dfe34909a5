using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models.Images;

namespace Retrace.Models.Qwen;

/// <summary>
/// Sizes and constants of a Qwen2.5-VL model, as its hub folder's <c>config.json</c> and <c>generation_config.json</c>
/// give them.
/// </summary>
public sealed record QwenConfig(TextConfig Text, VisionConfig Vision, TokenIds Tokens, bool TieWordEmbeddings)
{
    private const string ConfigFile = "config.json";
    private const string GenerationFile = "generation_config.json";

    // Far above any model's, and small enough that products of two of them, and the list of all tensors, can be.
    private const int LargestSize = 1 << 24;
    private const int MostLayers = 1000;
    private const int MostStops = 100;

    // Those of the published models.
    private const int DefaultEndOfText = 151643;
    private const int DefaultEndOfTurn = 151645;

    /// <summary>
    /// Reads <c>config.json</c> of a model folder, in the flat layout or the newer nested one, and the stop tokens of
    /// <c>generation_config.json</c>, which come before its own.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The first is missing, one is malformed, or asks for another architecture.
    /// </exception>
    public static QwenConfig Load(string directory)
    {
        string path = Path.Combine(directory, ConfigFile);
        if (!File.Exists(path))
        {
            throw new BadInputException(
                $"{path} does not exist; --model must name a Qwen2.5-VL folder in the hub's layout.");
        }
        QwenConfig config = JsonPart.Read(path, Parse);
        string generation = Path.Combine(directory, GenerationFile);
        return File.Exists(generation) && JsonPart.Read(generation, Stops) is { Count: > 0 } stops
            ? config with { Tokens = config.Tokens with { Stops = stops } }
            : config;
    }

    /// <summary>Writes both files into a model's folder.</summary>
    public void Save(string directory)
    {
        File.WriteAllText(Path.Combine(directory, ConfigFile), ToJson());
        File.WriteAllText(Path.Combine(directory, GenerationFile), GenerationJson());
    }

    /// <summary>Writes the flat layout, which every version of the public implementation reads.</summary>
    public string ToJson()
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray("Qwen2_5_VLForConditionalGeneration"),
            ["model_type"] = "qwen2_5_vl",
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = Tokens.EndOfText,
            ["eos_token_id"] = Tokens.EndOfTurn,
            ["vision_start_token_id"] = Tokens.VisionStart,
            ["vision_end_token_id"] = Tokens.VisionEnd,
            ["vision_token_id"] = Tokens.VisionPad,
            ["image_token_id"] = Tokens.ImagePad,
            ["video_token_id"] = Tokens.VideoPad,
            ["hidden_act"] = "silu",
            ["hidden_size"] = Text.HiddenSize,
            ["initializer_range"] = 0.02,
            ["intermediate_size"] = Text.IntermediateSize,
            ["max_position_embeddings"] = Text.MaxPositions,
            ["max_window_layers"] = Text.Layers,
            ["num_attention_heads"] = Text.Heads,
            ["num_hidden_layers"] = Text.Layers,
            ["num_key_value_heads"] = Text.KeyValueHeads,
            ["rms_norm_eps"] = Text.NormEpsilon,
            ["rope_theta"] = Text.RopeTheta,
            ["rope_scaling"] = new JsonObject
            {
                ["type"] = "mrope",
                ["mrope_section"] = new JsonArray([.. Text.RopeSections.Select(size => (JsonNode)size)]),
            },
            ["sliding_window"] = Text.MaxPositions,
            ["use_sliding_window"] = false,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["torch_dtype"] = "float32",
            ["use_cache"] = true,
            ["vocab_size"] = Text.VocabularySize,
            ["vision_config"] = new JsonObject
            {
                ["model_type"] = "qwen2_5_vl",
                ["depth"] = Vision.Depth,
                ["hidden_act"] = "silu",
                ["hidden_size"] = Vision.HiddenSize,
                ["intermediate_size"] = Vision.IntermediateSize,
                ["num_heads"] = Vision.Heads,
                ["in_channels"] = Vision.Channels,
                ["in_chans"] = Vision.Channels,
                ["out_hidden_size"] = Vision.OutHiddenSize,
                ["patch_size"] = Vision.PatchSize,
                ["spatial_merge_size"] = Vision.MergeSize,
                ["spatial_patch_size"] = Vision.PatchSize,
                ["temporal_patch_size"] = Vision.TemporalPatchSize,
                ["window_size"] = Vision.WindowSize,
                ["fullatt_block_indexes"] =
                    new JsonArray([.. Vision.FullAttentionBlocks.Select(index => (JsonNode)index)]),
                ["tokens_per_second"] = 2,
            },
        };
        return IndentedJson.Of(json);
    }

    private string GenerationJson()
    {
        var json = new JsonObject
        {
            ["bos_token_id"] = Tokens.EndOfText,
            ["pad_token_id"] = Tokens.EndOfText,
            ["eos_token_id"] = new JsonArray([.. Tokens.Stops.Select(id => (JsonNode)id)]),
        };
        return IndentedJson.Of(json);
    }

    internal static QwenConfig Parse(JsonPart root)
    {
        string type = Optional(root, "model_type")?.Text() ?? "nothing";
        if (type != "qwen2_5_vl")
        {
            throw new BadInputException($"{root.File}: model_type is \"{type}\"; Retrace runs \"qwen2_5_vl\".");
        }
        // Newer tools nest the text model's keys; older ones keep them beside the vision model's.
        JsonPart text = Optional(root, "text_config") ?? root;
        JsonPart vision = root["vision_config"];
        JsonPart rope = Optional(text, "rope_scaling") ?? Optional(text, "rope_parameters") ?? text["rope_scaling"];

        var config = new QwenConfig(
            new TextConfig(
                VocabularySize: Positive(text, "vocab_size"),
                HiddenSize: Positive(text, "hidden_size"),
                IntermediateSize: Positive(text, "intermediate_size"),
                Layers: Positive(text, "num_hidden_layers"),
                Heads: Positive(text, "num_attention_heads"),
                KeyValueHeads: Positive(text, "num_key_value_heads"),
                NormEpsilon: Optional(text, "rms_norm_eps")?.Number() ?? 1e-6,
                RopeTheta: (Optional(text, "rope_theta") ?? Optional(rope, "rope_theta"))?.Number() ?? 1e6,
                RopeSections: Integers(rope["mrope_section"]),
                MaxPositions: Optional(text, "max_position_embeddings")?.Integer() ?? 32768),
            new VisionConfig(
                Depth: Positive(vision, "depth"),
                HiddenSize: Positive(vision, "hidden_size"),
                IntermediateSize: Positive(vision, "intermediate_size"),
                Heads: Positive(vision, "num_heads"),
                Channels: (Optional(vision, "in_channels") ?? Optional(vision, "in_chans"))?.Integer() ?? 3,
                OutHiddenSize: Positive(vision, "out_hidden_size"),
                PatchSize: Positive(vision, "patch_size"),
                MergeSize: Positive(vision, "spatial_merge_size"),
                TemporalPatchSize: Positive(vision, "temporal_patch_size"),
                WindowSize: Positive(vision, "window_size"),
                FullAttentionBlocks: Integers(vision["fullatt_block_indexes"])),
            new TokenIds(
                EndOfText: (Optional(root, "bos_token_id") ?? Optional(text, "bos_token_id"))?.Integer()
                    ?? DefaultEndOfText,
                Stops: Stops(root) is { Count: > 0 } stops ? stops
                    : Stops(text) is { Count: > 0 } textStops ? textStops
                    : [DefaultEndOfTurn, DefaultEndOfText],
                VisionStart: Optional(root, "vision_start_token_id")?.Integer() ?? 151652,
                VisionEnd: Optional(root, "vision_end_token_id")?.Integer() ?? 151653,
                VisionPad: Optional(root, "vision_token_id")?.Integer() ?? 151654,
                ImagePad: Optional(root, "image_token_id")?.Integer() ?? 151655,
                VideoPad: Optional(root, "video_token_id")?.Integer() ?? 151656),
            (Optional(root, "tie_word_embeddings") ?? Optional(text, "tie_word_embeddings"))?.Flag() ?? false);

        RequireSilu(text, "hidden_act");
        RequireSilu(vision, "vision_config.hidden_act");
        Require(
            Optional(text, "use_sliding_window")?.Flag() is not true,
            "use_sliding_window is true; Retrace computes full attention alone");
        Require(config.Text.Layers <= MostLayers, $"num_hidden_layers is more than {MostLayers}");
        Require(config.Vision.Depth <= MostLayers, $"depth is more than {MostLayers}");
        Require(
            config.Vision.PatchSize <= ImageProcessorConfig.MaximumSide
            && config.Vision.MergeSize <= ImageProcessorConfig.MaximumSide
            && config.Vision.TemporalPatchSize <= ImageProcessorConfig.MaximumSide,
            "patch_size, spatial_merge_size and temporal_patch_size may be up to "
            + $"{ImageProcessorConfig.MaximumSide}");
        Require(config.Vision.Channels == 3, "in_channels must be 3");
        Require(config.Text.HiddenSize % config.Text.Heads == 0, "hidden_size is no multiple of num_attention_heads");
        Require(config.Text.Heads % config.Text.KeyValueHeads == 0,
            "num_attention_heads is no multiple of num_key_value_heads");
        Require(config.Text.RopeSections.Count == 3 && config.Text.RopeSections.Sum() * 2 == config.Text.HeadSize,
            "mrope_section must hold three sizes that add up to half of the head size");
        Require(config.Vision.HiddenSize % config.Vision.Heads == 0 && config.Vision.HeadSize % 4 == 0,
            "the vision head size must be a multiple of 4");
        Require(config.Vision.WindowSize % (config.Vision.PatchSize * config.Vision.MergeSize) == 0,
            "window_size is no multiple of patch_size times spatial_merge_size");
        Require(config.Vision.OutHiddenSize == config.Text.HiddenSize, "out_hidden_size differs from hidden_size");
        return config;

        int Positive(JsonPart part, string key)
        {
            int value = part[key].Integer();
            Require(value > 0, $"{key} is {value} and must be positive");
            Require(value <= LargestSize, $"{key} is {value}, more than any model's");
            return value;
        }

        void RequireSilu(JsonPart part, string key)
        {
            string activation = Optional(part, "hidden_act")?.Text() ?? "silu";
            Require(activation == "silu", $"{key} is \"{activation}\"; Retrace computes \"silu\"");
        }

        void Require(bool holds, string complaint)
        {
            if (!holds)
            {
                throw new BadInputException($"{root.File}: {complaint}.");
            }
        }
    }

    // A key that is null counts as one that is missing.
    private static JsonPart? Optional(JsonPart part, string key) =>
        part.Find(key) is { IsNull: false } found ? found : null;

    private static int[] Integers(JsonPart list) => [.. list.Items().Select(item => item.Integer())];

    // eos_token_id is one number or a list, whose first ends a turn; none where it is missing.
    private static IReadOnlyList<int> Stops(JsonPart part)
    {
        JsonPart? named = Optional(part, "eos_token_id");
        int[] stops = named is null ? [] : named.IsList ? Integers(named) : [named.Integer()];
        return Array.TrueForAll(stops, id => id is >= 0 and <= LargestSize) && stops.Length <= MostStops
            ? stops
            : throw named!.Instead($"at most {MostStops} token ids");
    }
}

/// <summary>The decoder's sizes.</summary>
/// <param name="RopeSections">How many rotary frequencies follow time, height and width; together half a head.</param>
public sealed record TextConfig(
    int VocabularySize,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KeyValueHeads,
    double NormEpsilon,
    double RopeTheta,
    IReadOnlyList<int> RopeSections,
    int MaxPositions)
{
    public int HeadSize => HiddenSize / Heads;
}

/// <summary>The vision tower's sizes; lengths in pixels.</summary>
/// <param name="FullAttentionBlocks">Blocks that attend over the whole image; the others stay inside their window.</param>
public sealed record VisionConfig(
    int Depth,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int Channels,
    int OutHiddenSize,
    int PatchSize,
    int MergeSize,
    int TemporalPatchSize,
    int WindowSize,
    IReadOnlyList<int> FullAttentionBlocks)
{
    public int HeadSize => HiddenSize / Heads;

    /// <summary>Values in one flattened patch.</summary>
    public int PatchLength => Channels * TemporalPatchSize * PatchSize * PatchSize;
}

/// <summary>Ids of the special tokens that the model itself looks at.</summary>
/// <param name="EndOfText">Pads batches.</param>
/// <param name="Stops">A sample ends with the first of any of these; the first of them ends a turn.</param>
public sealed record TokenIds(
    int EndOfText,
    IReadOnlyList<int> Stops,
    int VisionStart,
    int VisionEnd,
    int VisionPad,
    int ImagePad,
    int VideoPad)
{
    /// <summary>Ends a turn of the chat template.</summary>
    public int EndOfTurn => Stops[0];
}
