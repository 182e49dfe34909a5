namespace Retrace.Serving.Requests;

/// <summary>The body of <c>/load_lora_adapter</c> and <c>/unload_lora_adapter</c>.</summary>
internal sealed record AdapterFields : RequestMembers
{
    public string? LoraName { get; init; }

    public string? LoraPath { get; init; }
}

/// <summary>The body of <c>/update_weights_from_disk</c>.</summary>
internal sealed record WeightFields : RequestMembers
{
    public string? ModelPath { get; init; }

    public string? WeightVersion { get; init; }
}

/// <summary>The body of <c>/collective_rpc</c>.</summary>
internal sealed record CollectiveFields : RequestMembers
{
    public string? Method { get; init; }

    public CollectiveArguments? Kwargs { get; init; }
}

/// <summary>The arguments of the method that <c>/collective_rpc</c> calls.</summary>
internal sealed record CollectiveArguments : RequestMembers
{
    public string? WeightsPath { get; init; }
}
