using System.Text.Json;

namespace Retrace.RolloutServers;

/// <summary>A call that asks a server for samples.</summary>
internal interface IServerCall
{
    /// <summary>The path below the server's address.</summary>
    string Path { get; }

    /// <summary>Writes the members of the request's body.</summary>
    void Write(Utf8JsonWriter body, ServerRequest request);

    /// <summary>Reads the reply's body.</summary>
    /// <exception cref="ServerFaultException">The reply has the wrong form.</exception>
    /// <exception cref="InvalidOperationException">A member has the wrong type.</exception>
    /// <exception cref="KeyNotFoundException">A member is missing.</exception>
    /// <exception cref="FormatException">A number is out of range.</exception>
    ServerReply Read(JsonElement body);
}

/// <summary>Everything that a call sends.</summary>
/// <param name="Prompt">The prompt as token ids, one placeholder for each image.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="MaxTokens">Maximum number of tokens in each sample.</param>
/// <param name="Seed">Sample i uses seed + i.</param>
/// <param name="Temperature">The divisor of logits; 0 takes the most likely token.</param>
/// <param name="TopP">Samples from the smallest set of tokens that holds this probability.</param>
/// <param name="Model">The request's <c>model</c>: the model's or, with vLLM, the adapter's name.</param>
/// <param name="Adapter">The request's <c>lora_path</c>: the adapter's name with SGLang, else null.</param>
/// <param name="Images">The prompt's images as data URLs.</param>
/// <param name="StopTokens">The tokens that end a response.</param>
/// <param name="NeverSampled">Tokens that must never be sampled: placeholders of images and videos, and padding.</param>
internal sealed record ServerRequest(
    IReadOnlyList<int> Prompt,
    int Samples,
    int MaxTokens,
    int Seed,
    double Temperature,
    double TopP,
    string Model,
    string? Adapter,
    IReadOnlyList<string> Images,
    IReadOnlyList<int> StopTokens,
    IReadOnlyList<int> NeverSampled);
