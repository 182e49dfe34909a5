using System.Text.Json;

namespace Retrace.Serving.Requests;

/// <summary>
/// What is taken of a request besides the members that are read: what changes nothing of a reply, and what asks for what
/// is done anyway. All else is refused by its name, because a member that is ignored in silence changes what comes back
/// without anybody's knowledge.
/// </summary>
/// <remarks>
/// Sources: OpenAI's API reference of chat completions and completions; protocol.py of vLLM's OpenAI server; SGLang's
/// sampling_params and /generate.
/// </remarks>
internal static class UnreadMembers
{
    // For accounting, caching and scheduling; or about members that are refused where they stand.
    private static readonly HashSet<string> Harmless =
    [
        "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
        "prediction", "parallel_tool_calls", "request_id", "rid", "priority", "cache_salt", "include_obfuscation",
        "flush_cache", "name", "cache_control", "uuid", "annotations", "log_metrics",
        "add_special_tokens", // The tokenizers here add none.
    ];

    // With the values that ask for nothing; null and empty lists, objects and texts ask for nothing in any of them.
    private static readonly Dictionary<string, object[]> WithoutEffect = new()
    {
        ["frequency_penalty"] = [0.0],
        ["presence_penalty"] = [0.0],
        ["repetition_penalty"] = [1.0],
        ["length_penalty"] = [1.0],
        ["bad_words"] = [],
        ["allowed_token_ids"] = [],
        ["logits_processors"] = [],
        ["top_k"] = [-1.0, 0.0],
        ["min_p"] = [0.0],
        ["typical_p"] = [1.0],
        ["min_tokens"] = [0.0],
        ["min_new_tokens"] = [0.0],
        ["no_repeat_ngram_size"] = [0.0],
        ["dry_multiplier"] = [0.0],
        ["ignore_eos"] = [false],
        ["use_beam_search"] = [false],
        ["early_stopping"] = [false],
        ["best_of"] = [1.0],
        ["echo"] = [false],
        ["suffix"] = [],
        ["functions"] = [],
        ["function_call"] = ["none", "auto"],
        ["tools"] = [],
        ["tool_choice"] = ["none", "auto"],
        ["tool_calls"] = [],
        ["structured_outputs"] = [],
        ["documents"] = [],
        ["chat_template_kwargs"] = [],
        ["mm_processor_kwargs"] = [],
        ["response_format"] = [],
        ["modalities"] = [],
        ["top_logprobs"] = [0.0],
        ["top_logprobs_num"] = [0.0],
        ["logprob_start_len"] = [-1.0],
        ["prompt_logprobs"] = [false],
        ["return_hidden_states"] = [false],
        ["return_text_in_logprobs"] = [false],
        ["truncate_prompt_tokens"] = [0.0],
        ["skip_special_tokens"] = [true],
        ["spaces_between_special_tokens"] = [true],
        ["include_stop_str_in_output"] = [false],
        ["no_stop_trim"] = [false],
        ["detokenize"] = [true],
        ["continuous_usage_stats"] = [false],
        ["include_reasoning"] = [true],
        ["refusal"] = [],
        ["audio"] = [],
        ["reasoning_content"] = [],
        ["detail"] = ["auto", "high"], // Images are shown as large as the model's processor allows.
        ["load_format"] = ["auto"],
        ["abort_all_requests"] = [false],
        ["is_async"] = [false],
    };

    /// <exception cref="ApiException">The member is not known, or its value asks for what is not done here.</exception>
    public static void Check(string where, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null || Harmless.Contains(name) || AsksForText(name, value))
        {
            return;
        }
        if (!WithoutEffect.TryGetValue(name, out object[]? neutral))
        {
            throw ApiException.BadRequest(
                $"`{where}{Quoted(name)}` is not known here, and might change the reply.", where + name);
        }
        if (!IsEmpty(value) && !neutral.Any(one => IsSame(value, one)))
        {
            throw ApiException.BadRequest($"`{where}{name}` is not supported here.", where + name);
        }
    }

    // Replies are text, so asking for it asks for nothing.
    private static bool AsksForText(string name, JsonElement value) => name switch
    {
        "modalities" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsText),
        "response_format" => value.ValueKind == JsonValueKind.Object
            && value.EnumerateObject().All(member => member.Name == "type" && IsText(member.Value)),
        _ => false,
    };

    private static bool IsText(JsonElement value) => IsSame(value, "text");

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => value.Text().Length == 0,
        _ => false,
    };

    private static bool IsSame(JsonElement value, object neutral) => neutral switch
    {
        double number => value.ValueKind == JsonValueKind.Number && value.GetDouble() == number,
        bool flag => value.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
        _ => value.ValueKind == JsonValueKind.String && value.Text() == (string)neutral,
    };

    private static string Quoted(string name) => name.Length > 100 ? name[..100] + "…" : name;
}
