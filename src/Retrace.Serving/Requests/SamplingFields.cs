using System.Globalization;
using System.Text.Json;
using Retrace.Models.Network;

namespace Retrace.Serving.Requests;

/// <summary>
/// The members that chat and text completion requests share, including those that vLLM and SGLang add.
/// </summary>
internal abstract record SamplingFields : RequestMembers
{
    public string? Model { get; init; }

    /// <summary>The adapter to use, in SGLang's requests.</summary>
    public string? LoraPath { get; init; }

    public int? N { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public int? MaxTokens { get; init; }

    /// <summary>Sample i uses seed + i, as in vLLM.</summary>
    public long? Seed { get; init; }

    public JsonElement? Stop { get; init; }

    public int[]? StopTokenIds { get; init; }

    public Dictionary<string, double>? LogitBias { get; init; }

    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }

    public bool? ReturnTokenIds { get; init; }

    public bool? ReturnTokensAsTokenIds { get; init; }

    /// <summary>What messages put before a member's name.</summary>
    protected virtual string Where => "";

    /// <summary>The strings at which a sample ends.</summary>
    /// <exception cref="ApiException"><c>stop</c> is neither a string nor a list of strings.</exception>
    public string[] Stops() => Stop switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.String } one => NotEmpty([one.Text()]),
        { ValueKind: JsonValueKind.Array } list
            when list.GetArrayLength() <= 16
                && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            NotEmpty([.. list.EnumerateArray().Select(item => item.Text())]),
        _ => throw ApiException.BadRequest("`stop` must be a string, or a list of at most 16 strings."),
    };

    /// <summary>Refuses members that would change the samples but are not supported.</summary>
    /// <exception cref="ApiException">The request has such a member.</exception>
    public void CheckSupported(TokenIds tokens)
    {
        CheckOthers(Where);
        StreamOptions?.CheckOthers("stream_options.");
        if (LogitBias is not null && LogitBias.Any(bias => !Bans(bias, tokens.NeverSampled)))
        {
            throw ApiException.BadRequest(
                "`logit_bias` may give -100 to tokens that are never sampled anyway, such as those of images, and nothing "
                + "to others.");
        }
        if (StopTokenIds is not null && StopTokenIds.Any(id => !tokens.Stops.Contains(id)))
        {
            throw ApiException.BadRequest(
                $"`stop_token_ids` may hold {string.Join(" and ", tokens.Stops)} alone: samples end there anyway.");
        }
    }

    private static bool Bans(KeyValuePair<string, double> bias, IReadOnlyList<int> neverSampled) =>
        bias.Value == 0
        || (bias.Value <= -100
            && int.TryParse(bias.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int token)
            && neverSampled.Contains(token));

    private static string[] NotEmpty(string[] stops) => stops.All(stop => stop.Length is > 0 and <= 1000)
        ? stops
        : throw ApiException.BadRequest("`stop` holds an empty string, or one of more than 1000 characters.");
}

/// <summary>The request's <c>stream_options</c>.</summary>
internal sealed record StreamOptions : RequestMembers
{
    public bool? IncludeUsage { get; init; }
}

/// <summary>The body of <c>/v1/chat/completions</c>.</summary>
internal sealed record ChatFields : SamplingFields
{
    public IReadOnlyList<MessageFields?>? Messages { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public bool? Logprobs { get; init; }

    public bool? AddGenerationPrompt { get; init; }

    public bool? ContinueFinalMessage { get; init; }
}

/// <summary>An element of the request's <c>messages</c>.</summary>
internal sealed record MessageFields : RequestMembers
{
    public string? Role { get; init; }

    /// <summary>A string, or a list of parts.</summary>
    public JsonElement? Content { get; init; }
}

/// <summary>The body of <c>/v1/completions</c>.</summary>
internal sealed record CompletionFields : SamplingFields
{
    /// <summary>A string, a list of token ids, or a list of either: several prompts.</summary>
    public JsonElement? Prompt { get; init; }

    /// <summary>
    /// Number of alternatives to report beside each sampled token; 0 asks for the sampled tokens alone.
    /// </summary>
    public int? Logprobs { get; init; }
}

/// <summary>The body of SGLang's <c>/generate</c>.</summary>
internal sealed record GenerateFields : RequestMembers
{
    public string? Text { get; init; }

    public int[]? InputIds { get; init; }

    /// <summary>A data URL or base64, or a list of them.</summary>
    public JsonElement? ImageData { get; init; }

    public GenerateSampling? SamplingParams { get; init; }

    public bool? ReturnLogprob { get; init; }

    public bool? Stream { get; init; }

    public string? LoraPath { get; init; }
}

/// <summary>SGLang's <c>sampling_params</c>.</summary>
internal sealed record GenerateSampling : SamplingFields
{
    public int? MaxNewTokens { get; init; }

    public long? SamplingSeed { get; init; }

    protected override string Where => "sampling_params.";
}
