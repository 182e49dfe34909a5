namespace Retrace.RolloutServers;

/// <summary>vLLM: an adapter is a model of its own, and whole weights are reloaded by a call to its workers.</summary>
/// <remarks>
/// Sources: vLLM's documentation of LoRA adapters, and its <c>/collective_rpc</c> and <c>/reset_prefix_cache</c>, which
/// <c>VLLM_SERVER_DEV_MODE=1</c> enables.
/// </remarks>
internal sealed class VllmDialect : IServerDialect
{
    public bool LabelsWeights => false;

    public IServerCall CallWithTokens(bool withImages) => !withImages
        ? new CompletionsCall()
        : throw new BadInputException(
            "rollout.prompts is tokens, but vLLM takes no images with them; use rollout.prompts=messages, or "
            + "rollout.server_api=sglang");

    public (string Model, string? Adapter) NamesFor(string model, string adapter) => (adapter, null);

    public Task LoadAdapterAsync(RolloutServer server, string name, string path, CancellationToken cancellation) =>
        AdapterCalls.LoadAsync(server, "v1/load_lora_adapter", name, path, cancellation);

    public Task UnloadAdapterAsync(RolloutServer server, string name, CancellationToken cancellation) =>
        AdapterCalls.UnloadAsync(server, "v1/unload_lora_adapter", name, cancellation);

    // Neither call takes a label. Both answer with a sentence or with nothing.
    public async Task LoadWeightsAsync(
        RolloutServer server, string label, string path, CancellationToken cancellation)
    {
        await server.PostAsync(
            "collective_rpc",
            body =>
            {
                body.WriteString("method", "reload_weights");
                body.WriteStartObject("kwargs");
                body.WriteString("weights_path", path);
                body.WriteEndObject();
            },
            _ => true,
            cancellation);
        await server.PostAsync("reset_prefix_cache", _ => { }, _ => true, cancellation); // Keys of the old weights.
    }
}
