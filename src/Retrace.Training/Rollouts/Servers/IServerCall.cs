using System.Text.Json;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>A way to ask a server for samples.</summary>
internal interface IServerCall
{
    /// <summary>Below the server's address.</summary>
    string Path { get; }

    /// <summary>Writes the body's members.</summary>
    void Write(Utf8JsonWriter body, ServerRequest request);

    /// <summary>Reads what came back.</summary>
    /// <exception cref="ServerFaultException">It has not the form that it should have.</exception>
    /// <exception cref="InvalidOperationException">Likewise: a member is of another type.</exception>
    /// <exception cref="KeyNotFoundException">Likewise: a member is missing.</exception>
    /// <exception cref="FormatException">Likewise: a number is too large.</exception>
    ServerReply Read(JsonElement body);
}

/// <summary>What a call says.</summary>
/// <param name="Job">What is to be drawn.</param>
/// <param name="Sampling">How.</param>
/// <param name="Model">The name by which the server knows the model or, with vLLM, its adapter.</param>
/// <param name="Adapter">With SGLang: the adapter's name; null without one.</param>
/// <param name="Images">Data URLs of the prompt's images.</param>
/// <param name="StopTokens">The tokens that end a response.</param>
internal sealed record ServerRequest(
    RolloutJob Job,
    SamplingSettings Sampling,
    string Model,
    string? Adapter,
    IReadOnlyList<string> Images,
    IReadOnlyList<int> StopTokens);
