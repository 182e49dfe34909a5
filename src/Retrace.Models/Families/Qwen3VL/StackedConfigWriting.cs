using System.Text.Json.Nodes;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen3VL;

/// <summary>Writes Qwen3-VL's <c>config.json</c> as the published folders have it.</summary>
internal static class StackedConfigWriting
{
    /// <summary>The content of the <c>config.json</c> file.</summary>
    public static JsonObject Write(ModelConfig config)
    {
        string type = config.Family.ModelType;
        return new JsonObject
        {
            ["architectures"] = new JsonArray(config.Text.Experts is null
                ? "Qwen3VLForConditionalGeneration"
                : "Qwen3VLMoeForConditionalGeneration"),
            ["model_type"] = type,
            ["image_token_id"] = config.Tokens.ImagePad,
            ["video_token_id"] = config.Tokens.VideoPad,
            ["vision_start_token_id"] = config.Tokens.VisionStart,
            ["vision_end_token_id"] = config.Tokens.VisionEnd,
            ["vision_token_id"] = config.Tokens.VisionPad,
            ["tie_word_embeddings"] = config.Text.TieWordEmbeddings,
            ["torch_dtype"] = "float32",
            ["text_config"] = Text(config, $"{type}_text"),
            ["vision_config"] = Vision((StackedVisionConfig)config.Vision, type),
        };
    }

    private static JsonObject Text(ModelConfig config, string type)
    {
        TextConfig text = config.Text;
        var part = new JsonObject
        {
            ["model_type"] = type,
            ["attention_bias"] = false,
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = config.Tokens.EndOfText,
            ["eos_token_id"] = config.Tokens.EndOfTurn,
            ["head_dim"] = text.HeadSize,
            ["hidden_act"] = "silu",
            ["hidden_size"] = text.HiddenSize,
            ["initializer_range"] = 0.02,
            ["intermediate_size"] = text.IntermediateSize,
            ["max_position_embeddings"] = text.MaxPositions,
            ["num_attention_heads"] = text.Heads,
            ["num_hidden_layers"] = text.Layers,
            ["num_key_value_heads"] = text.KeyValueHeads,
            ["rms_norm_eps"] = text.NormEpsilon,
            ["rope_scaling"] = Rope(text),
            ["rope_theta"] = text.RopeTheta,
            ["tie_word_embeddings"] = text.TieWordEmbeddings,
            ["use_cache"] = true,
            ["vocab_size"] = text.VocabularySize,
        };
        if (text.Experts is { } experts)
        {
            part["decoder_sparse_step"] = 1;
            part["mlp_only_layers"] = List(Enumerable.Range(0, text.Layers).Except(experts.Layers));
            part["moe_intermediate_size"] = experts.IntermediateSize;
            part["norm_topk_prob"] = experts.NormsShares;
            part["num_experts"] = experts.Count;
            part["num_experts_per_tok"] = experts.ActivePerToken;
        }
        return part;
    }

    private static JsonObject Rope(TextConfig text)
    {
        var rope = new JsonObject
        {
            ["mrope_interleaved"] = true,
            ["mrope_section"] = List(Enumerable.Range(0, 3).Select(axis => text.RopeAxes.Count(one => one == axis))),
            ["rope_type"] = text.Yarn is null ? "default" : "yarn",
        };
        text.Yarn?.WriteTo(rope);
        return rope;
    }

    private static JsonObject Vision(StackedVisionConfig vision, string type) => new()
    {
        ["model_type"] = type,
        ["deepstack_visual_indexes"] = List(vision.DeepStackBlocks),
        ["depth"] = vision.Depth,
        ["hidden_act"] = "gelu_pytorch_tanh",
        ["hidden_size"] = vision.HiddenSize,
        ["in_channels"] = VisionConfig.Channels,
        ["initializer_range"] = 0.02,
        ["intermediate_size"] = vision.IntermediateSize,
        ["num_heads"] = vision.Heads,
        ["num_position_embeddings"] = vision.PositionSide * vision.PositionSide,
        ["out_hidden_size"] = vision.OutHiddenSize,
        ["patch_size"] = vision.PatchSize,
        ["spatial_merge_size"] = vision.MergeSize,
        ["temporal_patch_size"] = vision.TemporalPatchSize,
    };

    private static JsonArray List(IEnumerable<int> numbers) => new([.. numbers.Select(number => (JsonNode)number)]);
}
