namespace Retrace.Simulation;

/// <summary>The policy that each iteration's KL divergence is measured from.</summary>
public enum ReferencePolicy
{
    /// <summary>
    /// The policy of the iteration before: each round of self-improvement starts where the last one ended. Under the
    /// majority indicator all mass goes to the first mode, whose odds against every other answer grow by e^(1/β) each
    /// time.
    /// </summary>
    Previous,

    /// <summary>
    /// The policy that everything began with, as in one long run of GRPO. Under the majority indicator the map then
    /// stands still after one iteration, at odds grown by e^(1/β) once.
    /// </summary>
    Initial,
}
