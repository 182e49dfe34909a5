namespace Retrace.Runs;

/// <summary>What the guard makes of a run's label-free signs, in words that <see cref="StepMetrics"/> keeps.</summary>
public enum GuardVerdict
{
    /// <summary>No sign has left what is usual for long.</summary>
    Fine,

    /// <summary>At least one sign has: the run may be on its way to collapse.</summary>
    Drifting,

    /// <summary>Several have, one of them as far as collapsed runs go.</summary>
    Collapsing,
}
