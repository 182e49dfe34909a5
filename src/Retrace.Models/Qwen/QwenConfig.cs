using System.Text.Json;
using System.Text.Json.Nodes;

namespace Retrace.Models.Qwen;

/// <summary>Sizes and constants of a Qwen2.5-VL model, as its hub folder's <c>config.json</c> gives them.</summary>
public sealed record QwenConfig(TextConfig Text, VisionConfig Vision, TokenIds Tokens, bool TieWordEmbeddings)
{
    /// <summary>Reads <c>config.json</c> of a model folder; both the flat layout and the newer nested one.</summary>
    /// <exception cref="BadInputException">The file is missing, malformed, or asks for another architecture.</exception>
    public static QwenConfig Load(string directory)
    {
        string path = Path.Combine(directory, "config.json");
        if (!File.Exists(path))
        {
            throw new BadInputException(
                $"{path} does not exist; --model must name a Qwen2.5-VL folder in the hub's layout.");
        }
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException
            or OverflowException)
        {
            throw new BadInputException($"{path} is not a usable model configuration: {error.Message}", error);
        }
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
        return json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    internal static QwenConfig Parse(string json, string path)
    {
        JsonObject root = JsonNode.Parse(json)?.AsObject() ?? throw new JsonException("it is empty");
        string type = (string?)root["model_type"] ?? "nothing";
        if (type != "qwen2_5_vl")
        {
            throw new BadInputException($"{path}: model_type is \"{type}\"; Retrace runs \"qwen2_5_vl\".");
        }
        // Newer tools nest the text model's keys; older ones keep them beside the vision model's.
        JsonObject text = root["text_config"] as JsonObject ?? root;
        JsonObject vision = root["vision_config"] as JsonObject ?? throw Missing("vision_config");
        JsonObject rope = (text["rope_scaling"] ?? text["rope_parameters"]) as JsonObject ?? throw Missing("rope_scaling");

        var config = new QwenConfig(
            new TextConfig(
                VocabularySize: Positive(text, "vocab_size"),
                HiddenSize: Positive(text, "hidden_size"),
                IntermediateSize: Positive(text, "intermediate_size"),
                Layers: Positive(text, "num_hidden_layers"),
                Heads: Positive(text, "num_attention_heads"),
                KeyValueHeads: Positive(text, "num_key_value_heads"),
                NormEpsilon: (double?)text["rms_norm_eps"] ?? 1e-6,
                RopeTheta: (double?)text["rope_theta"] ?? (double?)rope["rope_theta"] ?? 1e6,
                RopeSections: Numbers(rope, "mrope_section"),
                MaxPositions: (int?)text["max_position_embeddings"] ?? 32768),
            new VisionConfig(
                Depth: Positive(vision, "depth"),
                HiddenSize: Positive(vision, "hidden_size"),
                IntermediateSize: Positive(vision, "intermediate_size"),
                Heads: Positive(vision, "num_heads"),
                Channels: (int?)vision["in_channels"] ?? (int?)vision["in_chans"] ?? 3,
                OutHiddenSize: Positive(vision, "out_hidden_size"),
                PatchSize: Positive(vision, "patch_size"),
                MergeSize: Positive(vision, "spatial_merge_size"),
                TemporalPatchSize: Positive(vision, "temporal_patch_size"),
                WindowSize: Positive(vision, "window_size"),
                FullAttentionBlocks: Numbers(vision, "fullatt_block_indexes")),
            new TokenIds(
                EndOfText: (int?)root["bos_token_id"] ?? (int?)text["bos_token_id"] ?? 151643,
                EndOfTurn: EndOfTurn(root, text),
                VisionStart: (int?)root["vision_start_token_id"] ?? 151652,
                VisionEnd: (int?)root["vision_end_token_id"] ?? 151653,
                VisionPad: (int?)root["vision_token_id"] ?? 151654,
                ImagePad: (int?)root["image_token_id"] ?? 151655,
                VideoPad: (int?)root["video_token_id"] ?? 151656),
            (bool?)root["tie_word_embeddings"] ?? (bool?)text["tie_word_embeddings"] ?? false);

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

        int Positive(JsonObject part, string key)
        {
            int value = (int?)part[key] ?? throw Missing(key);
            Require(value > 0, $"{key} is {value} and must be positive");
            return value;
        }

        IReadOnlyList<int> Numbers(JsonObject part, string key) =>
            part[key] is JsonArray array ? [.. array.Select(item => (int)item!)] : throw Missing(key);

        BadInputException Missing(string key) => new($"{path} has no \"{key}\", which a Qwen2.5-VL configuration needs.");

        void Require(bool holds, string complaint)
        {
            if (!holds)
            {
                throw new BadInputException($"{path}: {complaint}.");
            }
        }
    }

    // eos_token_id may be one number or a list whose first entry ends a turn.
    private static int EndOfTurn(JsonObject root, JsonObject text)
    {
        JsonNode? node = root["eos_token_id"] ?? text["eos_token_id"];
        return node is JsonArray list ? (int)list[0]! : (int?)node ?? 151645;
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
public sealed record TokenIds(
    int EndOfText, int EndOfTurn, int VisionStart, int VisionEnd, int VisionPad, int ImagePad, int VideoPad);
