using Retrace.Models.Json;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// The keys of a part of <c>config.json</c> that are understood. A key that is not may change what the reference
/// computes: one that is set to something is refused, one that is not is only listed.
/// </summary>
/// <param name="understood">Keys that are read, or whose only value that is computed is checked.</param>
internal sealed class ConfigKeys(IReadOnlyCollection<string> understood)
{
    /// <summary>Keys of the decoder in all families.</summary>
    public static readonly IReadOnlyList<string> OfText =
    [
        "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "hidden_act", "max_position_embeddings", "rms_norm_eps", "rope_theta", "rope_scaling",
        "rope_parameters", "original_max_position_embeddings", "partial_rotary_factor", "tie_word_embeddings",
        "head_dim", "use_sliding_window", "sliding_window", "max_window_layers",
    ];

    /// <summary>Keys beside those of the two parts.</summary>
    public static readonly IReadOnlyList<string> OfRoot =
    [
        "text_config", "vision_config", "bos_token_id", "eos_token_id", "pad_token_id", "vision_start_token_id",
        "vision_end_token_id", "vision_token_id", "image_token_id", "video_token_id",
    ];

    /// <summary>Keys of the vision tower in all families; one frame rate concerns videos alone.</summary>
    public static readonly IReadOnlyList<string> OfVision =
    [
        "depth", "hidden_size", "hidden_act", "num_heads", "patch_size", "spatial_merge_size", "spatial_patch_size",
        "temporal_patch_size", "in_channels", "in_chans", "tokens_per_second",
    ];

    // What tools write that changes no number of a forward or backward pass.
    private static readonly HashSet<string> WithoutEffect =
    [
        "architectures", "model_type", "transformers_version", "torch_dtype", "dtype", "initializer_range", "use_cache",
        "auto_map", "id2label", "label2id", "return_dict", "use_return_dict", "output_attentions",
        "output_hidden_states", "output_router_logits", "router_aux_loss_coef", "torchscript", "use_bfloat16",
        "tokenizer_class", "processor_class", "problem_type", "finetuning_task", "task_specific_params", "prefix",
        "sep_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id", "is_decoder",
        "is_encoder_decoder", "tie_encoder_decoder", "attn_implementation", "name_or_path", "base_config_key",
        // Of generation, which older versions kept here.
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty",
        "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "return_dict_in_generate",
        "output_scores", "suppress_tokens", "begin_suppress_tokens", "exponential_decay_length_penalty",
        "remove_invalid_values", "chunk_size_feed_forward",
    ];

    private static readonly string[] PrefixesWithoutEffect = ["_", "unsloth_"];

    // Names of texts that say which of several computations is meant.
    private static readonly string[] EndingsOfKinds = ["_type", "_act", "_activation", "_function", "_method", "_mode"];

    // Keys with one value that the network computes, and what they say otherwise.
    private static readonly Dictionary<string, (Func<JsonPart, bool> Holds, string Computed)> Fixed = new()
    {
        ["attention_dropout"] = (value => value.Number() == 0, "without dropout"),
        ["layer_types"] = (
            value => value.Items().All(kind => kind.Text() == "full_attention"), "full attention in all layers"),
        ["attention_bias"] = (value => !value.Flag(), "no bias here"),
        ["mlp_bias"] = (value => !value.Flag(), "no bias here"),
    };

    /// <summary>
    /// The keys of a part that nothing reads and that are taken to change nothing, with the part's name before them.
    /// </summary>
    /// <exception cref="BadInputException">A key is set that may change what is computed.</exception>
    public IEnumerable<string> Unread(JsonPart part)
    {
        List<string> unread = [];
        foreach ((string key, JsonPart value) in part.Members())
        {
            if (understood.Contains(key) || WithoutEffect.Contains(key)
                || Array.Exists(PrefixesWithoutEffect, prefix => key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                continue;
            }
            if (Fixed.TryGetValue(key, out (Func<JsonPart, bool> Holds, string Computed) only))
            {
                if (!value.IsNull && !only.Holds(value))
                {
                    throw new BadInputException(
                        $"{part.File}: {value.Place} is {value.Shown}; Retrace computes {only.Computed}.");
                }
            }
            else if (value.IsUnset)
            {
                unread.Add(value.Place);
            }
            else if (value.IsText
                && !Array.Exists(EndingsOfKinds, ending => key.EndsWith(ending, StringComparison.Ordinal)))
            {
                unread.Add(value.Place);
            }
            else
            {
                throw new BadInputException(
                    $"{part.File}: {value.Place} is {value.Shown}, which Retrace does not know and which may change "
                    + "what the network computes; take it out if it does not.");
            }
        }
        return unread;
    }
}
