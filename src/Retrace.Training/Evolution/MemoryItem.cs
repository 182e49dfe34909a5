namespace Retrace.Training.Evolution;

/// <summary>An item of the memory that a run needs.</summary>
/// <param name="Name">What the memory holds.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Phase">When the memory is in use.</param>
public sealed record MemoryItem(string Name, long Bytes, MemoryPhase Phase);

/// <summary>When an item of memory is in use.</summary>
public enum MemoryPhase
{
    /// <summary>During the whole run.</summary>
    Always,

    /// <summary>While prompts are prefilled, before the first token is sampled.</summary>
    Prefill,

    /// <summary>During decoding, while responses are sampled.</summary>
    Sampling,

    /// <summary>During learning, while the policy is updated.</summary>
    Learning,
}
