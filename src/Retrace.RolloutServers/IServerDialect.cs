namespace Retrace.RolloutServers;

/// <summary>What one kind of server calls differently from the others. The rest is OpenAI's API.</summary>
internal interface IServerDialect
{
    /// <summary>Whether replies repeat the label that <see cref="LoadWeightsAsync"/> gave the weights.</summary>
    bool LabelsWeights { get; }

    /// <summary>The call that takes a prompt as token ids, where <c>rollout.prompts</c> is <c>tokens</c>.</summary>
    /// <param name="withImages">Whether the prompt has images.</param>
    /// <exception cref="BadInputException">The server takes no token ids for such a prompt.</exception>
    IServerCall CallWithTokens(bool withImages);

    /// <summary>How a request asks for an adapter that the server has loaded.</summary>
    /// <param name="model">The name of the model that the server was started with.</param>
    /// <param name="adapter">The name that the adapter was loaded under.</param>
    /// <returns>The request's <c>model</c>, and its <c>lora_path</c> or null to leave that out.</returns>
    (string Model, string? Adapter) NamesFor(string model, string adapter);

    /// <summary>Makes the server load an adapter under a name. Loading it again is no error.</summary>
    /// <param name="path">The adapter's folder, which the server sees under the same path.</param>
    /// <exception cref="ServerFaultException">The server did not load it.</exception>
    Task LoadAdapterAsync(RolloutServer server, string name, string path, CancellationToken cancellation);

    /// <summary>Makes the server forget an adapter.</summary>
    /// <exception cref="ServerFaultException">The server did not unload it.</exception>
    Task UnloadAdapterAsync(RolloutServer server, string name, CancellationToken cancellation);

    /// <summary>Makes the server replace its weights.</summary>
    /// <param name="label">The version's name, which replies repeat if <see cref="LabelsWeights"/>.</param>
    /// <param name="path">The model's folder, which the server sees under the same path.</param>
    /// <exception cref="ServerFaultException">The server did not load them.</exception>
    Task LoadWeightsAsync(RolloutServer server, string label, string path, CancellationToken cancellation);
}
