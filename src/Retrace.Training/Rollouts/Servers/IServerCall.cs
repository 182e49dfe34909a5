using System.Text.Json;

namespace Retrace.Training.Rollouts.Servers;

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
/// <param name="Job">The samples to generate.</param>
/// <param name="Sampling">Temperature and top-p.</param>
/// <param name="Model">The request's <c>model</c>: the model's or, with vLLM, the adapter's name.</param>
/// <param name="Adapter">The request's <c>lora_path</c>: the adapter's name with SGLang, else null.</param>
/// <param name="Images">The prompt's images as data URLs.</param>
/// <param name="StopTokens">The tokens that end a response.</param>
/// <param name="NeverSampled">The tokens that are no response's.</param>
internal sealed record ServerRequest(
    RolloutJob Job,
    SamplingSettings Sampling,
    string Model,
    string? Adapter,
    IReadOnlyList<string> Images,
    IReadOnlyList<int> StopTokens,
    IReadOnlyList<int> NeverSampled);
