using System.Globalization;
using System.Text.Json;

namespace Retrace.RolloutServers;

/// <summary>What chat and text completion calls share, including the members that vLLM and SGLang add.</summary>
/// <remarks>
/// Sources: vLLM's entrypoints/openai protocol files and SGLang's srt/entrypoints/openai/protocol.py. Token ids are
/// requested by <c>return_token_ids</c>, and from older vLLM by <c>return_tokens_as_token_ids</c>, which writes
/// <c>token_id:N</c> in place of a token's text.
/// </remarks>
internal static class OpenAiCall
{
    private const string IdPrefix = "token_id:";
    private const int Banned = -100; // The least bias of the API, which bans a token.

    public static void WriteShared(Utf8JsonWriter body, ServerRequest request)
    {
        body.WriteString("model", request.Model);
        if (request.Adapter is not null)
        {
            body.WriteString("lora_path", request.Adapter);
        }
        body.WriteNumber("n", request.Samples);
        body.WriteNumber("max_tokens", request.MaxTokens);
        body.WriteNumber("temperature", request.Temperature);
        body.WriteNumber("top_p", request.TopP);
        WriteWithoutPenalties(body);
        body.WriteNumber("seed", request.Seed);
        WriteEndsAndBans(body, request);
        body.WriteBoolean("return_token_ids", true);
        body.WriteBoolean("return_tokens_as_token_ids", true);
    }

    /// <summary>Reads the samples, the size of the prompt and the label of the weights from a reply.</summary>
    /// <param name="read">Reads a choice's text and, for each token, its text and log-probability.</param>
    public static ServerReply Read(
        JsonElement body, Func<JsonElement, (string? Text, IReadOnlyList<(string Token, float LogProb)>? Tokens)> read)
    {
        int? promptTokens = Member(body, "usage") is JsonElement usage
            ? Member(usage, "prompt_tokens")?.GetInt32()
            : null;
        string? version = Member(body, "metadata") is JsonElement metadata
            ? Member(metadata, "weight_version")?.GetString()
            : null;
        ReportedSample[] samples =
        [
            .. body.GetProperty("choices").EnumerateArray()
                .OrderBy(choice => choice.GetProperty("index").GetInt32())
                .Select(Sample),
        ];
        return new ServerReply(samples, promptTokens, version);

        ReportedSample Sample(JsonElement choice)
        {
            (string? text, IReadOnlyList<(string Token, float LogProb)>? reported) = read(choice);
            int[]? tokens = (Member(choice, "token_ids") ?? Member(choice, "response_token_ids")) is JsonElement ids
                ? [.. ids.EnumerateArray().Select(id => id.GetInt32())]
                : IdsIn(reported);
            string? reason = choice.GetProperty("finish_reason").GetString();
            return reason is "stop" or "length"
                ? new ReportedSample(
                    text,
                    tokens,
                    reported is null ? null : [.. reported.Select(one => one.LogProb)],
                    reason == "stop")
                : throw new ServerFaultException($"it ended a sample with the reason {reason ?? "null"}");
        }
    }

    /// <summary>Writes neutral penalties, which override the model's generation_config.json.</summary>
    /// <remarks>Both vLLM and SGLang take the defaults of these members from that file.</remarks>
    public static void WriteWithoutPenalties(Utf8JsonWriter body)
    {
        body.WriteNumber("repetition_penalty", 1);
        body.WriteNumber("top_k", -1);
        body.WriteNumber("min_p", 0);
    }

    /// <summary>Writes which tokens end a sample, and which it may never hold.</summary>
    public static void WriteEndsAndBans(Utf8JsonWriter body, ServerRequest request)
    {
        WriteTokens(body, "stop_token_ids", request.StopTokens);
        body.WriteStartObject("logit_bias");
        foreach (int token in request.NeverSampled)
        {
            body.WriteNumber(token.ToString(CultureInfo.InvariantCulture), Banned);
        }
        body.WriteEndObject();
    }

    /// <summary>Writes a member whose value is an array of token ids.</summary>
    public static void WriteTokens(Utf8JsonWriter body, string name, IReadOnlyList<int> tokens)
    {
        body.WritePropertyName(name);
        JsonSerializer.Serialize(body, tokens);
    }

    /// <summary>Reads the text of a token.</summary>
    /// <exception cref="ServerFaultException">The text is null.</exception>
    public static string Token(JsonElement token) =>
        token.GetString() ?? throw new ServerFaultException("it returned a token without its text");

    /// <summary>The member of that name; null if it is missing or null.</summary>
    public static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out JsonElement member)
        && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    private static int[]? IdsIn(IReadOnlyList<(string Token, float LogProb)>? reported) =>
        reported is { Count: > 0 } && reported.All(one => one.Token.StartsWith(IdPrefix, StringComparison.Ordinal))
            ? [.. reported.Select(one => int.Parse(one.Token.AsSpan(IdPrefix.Length)))]
            : null;
}
