namespace Retrace.RolloutServers;

/// <summary>SGLang: requests name an adapter beside the model, and whole weights carry a label.</summary>
/// <remarks>Source: SGLang's documentation of its native API and of LoRA serving.</remarks>
internal sealed class SgLangDialect : IServerDialect
{
    public bool LabelsWeights => true;

    public IServerCall CallWithTokens(bool withImages) => new GenerateCall();

    public (string Model, string? Adapter) NamesFor(string model, string adapter) => (model, adapter);

    public Task LoadAdapterAsync(RolloutServer server, string name, string path, CancellationToken cancellation) =>
        AdapterCalls.LoadAsync(server, "load_lora_adapter", name, path, cancellation);

    public Task UnloadAdapterAsync(RolloutServer server, string name, CancellationToken cancellation) =>
        AdapterCalls.UnloadAsync(server, "unload_lora_adapter", name, cancellation);

    public Task LoadWeightsAsync(
        RolloutServer server, string label, string path, CancellationToken cancellation) => server.PostAsync(
        "update_weights_from_disk",
        body =>
        {
            body.WriteString("model_path", path);
            body.WriteString("weight_version", label);
        },
        LoadingReply.CheckSuccess,
        cancellation);
}
