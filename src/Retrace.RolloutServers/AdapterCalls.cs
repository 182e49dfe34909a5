namespace Retrace.RolloutServers;

/// <summary>The calls by which servers load and unload adapters. vLLM and SGLang take the same members.</summary>
internal static class AdapterCalls
{
    /// <param name="call">The call's path below the server's address.</param>
    /// <param name="name">The name that requests will use.</param>
    /// <param name="path">The adapter's folder.</param>
    /// <exception cref="ServerFaultException">The server did not load it.</exception>
    public static async Task LoadAsync(
        RolloutServer server, string call, string name, string path, CancellationToken cancellation)
    {
        try
        {
            await server.PostAsync(
                call,
                body =>
                {
                    body.WriteString("lora_name", name);
                    body.WriteString("lora_path", path);
                },
                LoadingReply.CheckSuccess,
                cancellation);
        }
        catch (ServerFaultException error) when (error.Message.Contains("already", StringComparison.Ordinal))
        {
            // It has been loaded by a call whose reply got lost.
        }
    }

    /// <param name="call">The call's path below the server's address.</param>
    /// <param name="name">The name that the adapter was loaded under.</param>
    /// <exception cref="ServerFaultException">The server did not unload it.</exception>
    public static Task UnloadAsync(
        RolloutServer server, string call, string name, CancellationToken cancellation) => server.PostAsync(
        call, body => body.WriteString("lora_name", name), LoadingReply.CheckSuccess, cancellation);
}
