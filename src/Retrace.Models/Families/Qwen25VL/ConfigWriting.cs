using System.Text.Json.Nodes;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen25VL;

/// <summary>
/// Writes Qwen2.5-VL's <c>config.json</c> in the flat layout, which every version of transformers reads.
/// </summary>
internal static class ConfigWriting
{
    /// <summary>The content of the <c>config.json</c> file.</summary>
    public static JsonObject Write(ModelConfig config)
    {
        TextConfig text = config.Text;
        var vision = (WindowedVisionConfig)config.Vision;
        return new JsonObject
        {
            ["architectures"] = new JsonArray("Qwen2_5_VLForConditionalGeneration"),
            ["model_type"] = Qwen25VLFamily.Type,
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
            ["rope_scaling"] = new JsonObject
            {
                ["type"] = "mrope",
                ["mrope_section"] = new JsonArray([.. RopeSections(text).Select(size => (JsonNode)size)]),
            },
            ["sliding_window"] = text.MaxPositions,
            ["use_sliding_window"] = false,
            ["tie_word_embeddings"] = text.TieWordEmbeddings,
            ["torch_dtype"] = "float32",
            ["use_cache"] = true,
            ["vocab_size"] = text.VocabularySize,
            ["vision_config"] = new JsonObject
            {
                ["model_type"] = Qwen25VLFamily.Type,
                ["depth"] = vision.Depth,
                ["hidden_act"] = "silu",
                ["hidden_size"] = vision.HiddenSize,
                ["intermediate_size"] = vision.IntermediateSize,
                ["num_heads"] = vision.Heads,
                ["in_channels"] = VisionConfig.Channels,
                ["in_chans"] = VisionConfig.Channels,
                ["out_hidden_size"] = vision.OutHiddenSize,
                ["patch_size"] = vision.PatchSize,
                ["spatial_merge_size"] = vision.MergeSize,
                ["spatial_patch_size"] = vision.PatchSize,
                ["temporal_patch_size"] = vision.TemporalPatchSize,
                ["window_size"] = vision.WindowSize,
                ["fullatt_block_indexes"] =
                    new JsonArray([.. vision.FullAttentionBlocks.Select(index => (JsonNode)index)]),
                ["tokens_per_second"] = 2,
            },
        };
    }

    // How many frequencies turn with each of the three axes.
    private static IEnumerable<int> RopeSections(TextConfig text) =>
        Enumerable.Range(0, 3).Select(axis => text.RopeAxes.Count(one => one == axis));
}
