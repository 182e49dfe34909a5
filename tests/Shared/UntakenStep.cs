using Retrace.Runs;

namespace Retrace.Testing;

/// <summary>Metrics of a step that no run has taken; a test adds those that it is about.</summary>
internal static class UntakenStep
{
    /// <summary>A step of which nothing was measured.</summary>
    public static StepMetrics Of(int step = 1, string method = "csrs", long seed = 0) =>
        new() { Step = step, Method = method, Seed = seed };
}
