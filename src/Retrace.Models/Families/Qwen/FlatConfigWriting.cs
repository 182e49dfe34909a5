using System.Text.Json.Nodes;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// Writes <c>config.json</c> in the flat layout, which every version of transformers reads.
/// </summary>
internal static class FlatConfigWriting
{
    /// <summary>The content of the <c>config.json</c> file.</summary>
    /// <param name="config">The model's sizes and tokens.</param>
    /// <param name="architecture">The class in transformers that computes the model.</param>
    /// <param name="vision">The vision tower's part.</param>
    public static JsonObject Write(ModelConfig config, string architecture, JsonObject vision)
    {
        TextConfig text = config.Text;
        return new JsonObject
        {
            ["architectures"] = new JsonArray(architecture),
            ["model_type"] = config.Family.ModelType,
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = config.Tokens.EndOfText,
            ["eos_token_id"] = config.Tokens.EndOfTurn,
            ["vision_start_token_id"] = config.Tokens.VisionStart,
            ["vision_end_token_id"] = config.Tokens.VisionEnd,
            ["vision_token_id"] = config.Tokens.VisionPad,
            ["image_token_id"] = config.Tokens.ImagePad,
            ["video_token_id"] = config.Tokens.VideoPad,
            ["hidden_act"] = "silu",
            ["hidden_size"] = text.HiddenSize,
            ["initializer_range"] = 0.02,
            ["intermediate_size"] = text.IntermediateSize,
            ["max_position_embeddings"] = text.MaxPositions,
            ["max_window_layers"] = text.Layers,
            ["num_attention_heads"] = text.Heads,
            ["num_hidden_layers"] = text.Layers,
            ["num_key_value_heads"] = text.KeyValueHeads,
            ["rms_norm_eps"] = text.NormEpsilon,
            ["rope_theta"] = text.RopeTheta,
            ["rope_scaling"] = Rope(text),
            ["sliding_window"] = text.MaxPositions,
            ["use_sliding_window"] = false,
            ["tie_word_embeddings"] = text.TieWordEmbeddings,
            ["torch_dtype"] = "float32",
            ["use_cache"] = true,
            ["vocab_size"] = text.VocabularySize,
            ["vision_config"] = vision,
        };
    }

    private static JsonObject Rope(TextConfig text)
    {
        var rope = new JsonObject
        {
            ["type"] = text.Yarn is null ? "mrope" : "yarn",
            ["mrope_section"] = new JsonArray([.. RopeSections(text).Select(size => (JsonNode)size)]),
        };
        text.Yarn?.WriteTo(rope);
        return rope;
    }

    // How many frequencies turn with each of the three axes.
    private static IEnumerable<int> RopeSections(TextConfig text) =>
        Enumerable.Range(0, 3).Select(axis => text.RopeAxes.Count(one => one == axis));
}
