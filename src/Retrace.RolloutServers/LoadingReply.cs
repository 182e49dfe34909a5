using System.Text.Json;

namespace Retrace.RolloutServers;

/// <summary>What a server answers when it is told to load weights or an adapter.</summary>
internal static class LoadingReply
{
    /// <summary>Always true. SGLang reports failures with status 200 and <c>"success": false</c>.</summary>
    /// <exception cref="ServerFaultException">The reply reports a failure.</exception>
    public static bool CheckSuccess(JsonElement reply) =>
        OpenAiCall.Member(reply, "success") is not { ValueKind: JsonValueKind.False }
            ? true
            : throw new ServerFaultException(
                OpenAiCall.Member(reply, "message")?.GetString()
                ?? OpenAiCall.Member(reply, "error_message")?.GetString()
                ?? "it did not take the weights");
}
