using System.Text.Json.Nodes;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Families;

/// <summary>
/// The published <c>config.json</c> of a size of each family, as the hub has it and as transformers 5 saves it, and what
/// each family does not understand.
/// </summary>
public sealed class PublishedConfigTests
{
    // Of the whole model, in both layouts; the others are the decoder's.
    private static readonly string[] OfRoot =
    [
        "architectures", "model_type", "transformers_version", "vision_config", "vision_start_token_id",
        "vision_end_token_id", "vision_token_id", "image_token_id", "video_token_id",
    ];

    private static readonly Dictionary<string, (string Size, string Json)> Published = new()
    {
        ["qwen2_vl"] = ("qwen2-vl-2b", """
            {"architectures": ["Qwen2VLForConditionalGeneration"], "attention_dropout": 0.0, "bos_token_id": 151643,
            "eos_token_id": 151645, "vision_start_token_id": 151652, "vision_end_token_id": 151653, "vision_token_id": 151654,
            "image_token_id": 151655, "video_token_id": 151656, "hidden_act": "silu", "hidden_size": 1536,
            "initializer_range": 0.02, "intermediate_size": 8960, "max_position_embeddings": 32768, "max_window_layers": 28,
            "model_type": "qwen2_vl", "num_attention_heads": 12, "num_hidden_layers": 28, "num_key_value_heads": 2,
            "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": true,
            "torch_dtype": "bfloat16", "transformers_version": "4.41.2", "use_cache": true, "use_sliding_window": false,
            "vision_config": {"depth": 32, "embed_dim": 1280, "mlp_ratio": 4, "num_heads": 16, "in_chans": 3,
            "hidden_size": 1536, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14,
            "temporal_patch_size": 2}, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
            "vocab_size": 151936}
            """),
        ["qwen2_5_vl"] = ("qwen2.5-vl-3b", """
            {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "attention_dropout": 0.0, "bos_token_id": 151643,
            "eos_token_id": 151645, "vision_start_token_id": 151652, "vision_end_token_id": 151653, "vision_token_id": 151654,
            "image_token_id": 151655, "video_token_id": 151656, "hidden_act": "silu", "hidden_size": 2048,
            "initializer_range": 0.02, "intermediate_size": 11008, "max_position_embeddings": 128000,
            "max_window_layers": 70, "model_type": "qwen2_5_vl", "num_attention_heads": 16, "num_hidden_layers": 36,
            "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768,
            "tie_word_embeddings": true, "torch_dtype": "bfloat16", "transformers_version": "4.41.2", "use_cache": true,
            "use_sliding_window": false, "vision_config": {"depth": 32, "hidden_act": "silu", "hidden_size": 1280,
            "intermediate_size": 3420, "num_heads": 16, "in_chans": 3, "out_hidden_size": 2048, "patch_size": 14,
            "spatial_merge_size": 2, "spatial_patch_size": 14, "window_size": 112,
            "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2, "temporal_patch_size": 2},
            "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "vocab_size": 151936}
            """),
        ["qwen3_vl"] = ("qwen3-vl-4b", """
            {"architectures": ["Qwen3VLForConditionalGeneration"], "image_token_id": 151655, "model_type": "qwen3_vl",
            "text_config": {"attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 151643, "dtype": "bfloat16",
            "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 2560, "initializer_range": 0.02,
            "intermediate_size": 9728, "max_position_embeddings": 262144, "model_type": "qwen3_vl_text",
            "num_attention_heads": 32, "num_hidden_layers": 36, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
            "rope_scaling": {"mrope_interleaved": true, "mrope_section": [24, 20, 20], "rope_type": "default"},
            "rope_theta": 5000000, "tie_word_embeddings": true, "use_cache": true, "vocab_size": 151936},
            "tie_word_embeddings": true, "transformers_version": "4.57.0.dev0", "video_token_id": 151656,
            "vision_config": {"deepstack_visual_indexes": [5, 11, 17], "depth": 24, "hidden_act": "gelu_pytorch_tanh",
            "hidden_size": 1024, "in_channels": 3, "initializer_range": 0.02, "intermediate_size": 4096,
            "model_type": "qwen3_vl", "num_heads": 16, "num_position_embeddings": 2304, "out_hidden_size": 2560,
            "patch_size": 16, "spatial_merge_size": 2, "temporal_patch_size": 2}, "vision_end_token_id": 151653,
            "vision_start_token_id": 151652}
            """),
        ["qwen3_vl_moe"] = ("qwen3-vl-30b-a3b", """
            {"architectures": ["Qwen3VLMoeForConditionalGeneration"], "image_token_id": 151655, "model_type": "qwen3_vl_moe",
            "text_config": {"attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 151643,
            "decoder_sparse_step": 1, "dtype": "bfloat16", "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu",
            "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 6144, "max_position_embeddings": 262144,
            "mlp_only_layers": [], "model_type": "qwen3_vl_moe_text", "moe_intermediate_size": 768,
            "norm_topk_prob": true, "num_attention_heads": 32, "num_experts": 128, "num_experts_per_tok": 8,
            "num_hidden_layers": 48, "num_key_value_heads": 4, "rms_norm_eps": 1e-06,
            "rope_scaling": {"mrope_interleaved": true, "mrope_section": [24, 20, 20], "rope_type": "default"},
            "rope_theta": 5000000, "use_cache": true, "vocab_size": 151936}, "tie_word_embeddings": false,
            "transformers_version": "4.57.0.dev0", "video_token_id": 151656,
            "vision_config": {"deepstack_visual_indexes": [8, 16, 24], "depth": 27, "hidden_act": "gelu_pytorch_tanh",
            "hidden_size": 1152, "in_channels": 3, "initializer_range": 0.02, "intermediate_size": 4304,
            "model_type": "qwen3_vl_moe", "num_heads": 16, "num_position_embeddings": 2304, "out_hidden_size": 2048,
            "patch_size": 16, "spatial_merge_size": 2, "temporal_patch_size": 2}, "vision_end_token_id": 151653,
            "vision_start_token_id": 151652}
            """),
    };

    public static MatrixTheoryData<string, bool> FamiliesInBothLayouts { get; } = new(Published.Keys, [false, true]);

    public static MatrixTheoryData<string, string> FamiliesAndScalings { get; } =
        new(Published.Keys, ["linear", "dynamic", "ntk", "longrope"]);

    public static MatrixTheoryData<string, string> FamiliesAndQuantisations { get; } =
        new(Published.Keys, ["awq", "gptq", "fp8", "bitsandbytes"]);

    [Theory]
    [MemberData(nameof(FamiliesInBothLayouts))]
    public void It_is_read_as_the_size_that_it_is_of_with_no_key_left(string family, bool newer)
    {
        (string name, string json) = Published[family];
        JsonObject root = JsonNode.Parse(json)!.AsObject();

        ModelConfig config = Read(newer ? AsNewerToolsSaveIt(root) : root);

        ModelSize size = config.Family.PublishedSizes.First(one => one.Name == name);
        Assert.Equivalent(size.Text, config.Text, strict: true);
        Assert.Equivalent(size.Vision, config.Vision, strict: true);
        Assert.Equal(ScalarType.BFloat16, config.StoredType);
        Assert.Equal(
            (151652, 151653, 151655, 151656),
            (config.Tokens.VisionStart, config.Tokens.VisionEnd, config.Tokens.ImagePad, config.Tokens.VideoPad));
        Assert.Equal([151645], config.Tokens.Stops);
        Assert.Empty(config.UnreadKeys);
    }

    // What another family has, or none: each has its own list.
    [Theory]
    [InlineData("qwen2_vl", "vision_config", "window_size", "112")]
    [InlineData("qwen2_vl", null, "num_experts", "8")]
    [InlineData("qwen2_5_vl", "vision_config", "num_position_embeddings", "2304")]
    [InlineData("qwen2_5_vl", null, "logit_scale", "0.5")]
    [InlineData("qwen3_vl", "text_config", "num_experts", "8")]
    [InlineData("qwen3_vl", "vision_config", "window_size", "112")]
    [InlineData("qwen3_vl_moe", "text_config", "shared_expert_intermediate_size", "512")]
    [InlineData("qwen3_vl_moe", "vision_config", "layer_scale", "true")]
    public void A_key_that_may_change_what_is_computed_is_refused_by_name(
        string family, string? part, string key, string value)
    {
        JsonObject root = JsonNode.Parse(Published[family].Json)!.AsObject();
        (part is null ? root : root[part]!.AsObject())[key] = JsonNode.Parse(value);

        string message = Assert.Throws<BadInputException>(() => Read(root)).Message;

        Assert.Contains($"{key} is {value}, which Retrace does not know", message);
    }

    [Theory]
    [MemberData(nameof(FamiliesAndScalings))]
    public void A_scaling_of_positions_that_is_not_computed_is_refused_by_name(string family, string kind)
    {
        JsonObject root = JsonNode.Parse(Published[family].Json)!.AsObject();
        (root["text_config"] ?? root)["rope_scaling"]!["rope_type"] = kind;

        Assert.Contains($"scaled by \"{kind}\"", Assert.Throws<BadInputException>(() => Read(root)).Message);
    }

    [Theory]
    [MemberData(nameof(FamiliesAndQuantisations))]
    public void Quantised_weights_are_refused_with_what_to_fetch_instead(string family, string method)
    {
        JsonObject root = JsonNode.Parse(Published[family].Json)!.AsObject();
        root["quantization_config"] = new JsonObject { ["quant_method"] = method };

        string message = Assert.Throws<BadInputException>(() => Read(root)).Message;

        Assert.Contains($"the weights are quantised by {method}", message);
        Assert.Contains("fetch the model that this one was made from", message);
    }

    [Theory]
    [InlineData("qwen2_vl")]
    [InlineData("qwen2_5_vl")]
    [InlineData("qwen3_vl")]
    [InlineData("qwen3_vl_moe")]
    public void A_key_that_changes_nothing_is_listed(string family)
    {
        JsonObject root = JsonNode.Parse(Published[family].Json)!.AsObject();
        root["my_notes"] = "made on a Monday";
        Assert.Equal(["my_notes"], Read(root).UnreadKeys);
    }

    private static ModelConfig Read(JsonObject root)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", root.ToJsonString());
        return ModelFamilies.LoadConfig(folder.Path);
    }

    // The decoder's keys in a part of their own, the rotary embedding's in one object, and the type by its newer name.
    private static JsonObject AsNewerToolsSaveIt(JsonObject root)
    {
        JsonObject text = root["text_config"]?.DeepClone().AsObject()
            ?? new JsonObject(root.Where(pair => !OfRoot.Contains(pair.Key))
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        JsonObject rope = text["rope_scaling"]!.DeepClone().AsObject();
        rope["rope_theta"] = text["rope_theta"]!.DeepClone();
        rope["rope_type"] = "default";
        rope.Remove("type");
        text["rope_parameters"] = rope;
        foreach (string older in (string[])["rope_scaling", "rope_theta", "torch_dtype", "dtype"])
        {
            text.Remove(older);
        }
        JsonObject saved = new(root.Where(pair => OfRoot.Contains(pair.Key))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())))
        {
            ["text_config"] = text,
            ["tie_word_embeddings"] = (text["tie_word_embeddings"] ?? root["tie_word_embeddings"])!.DeepClone(),
            ["dtype"] = "bfloat16",
        };
        return saved;
    }
}
