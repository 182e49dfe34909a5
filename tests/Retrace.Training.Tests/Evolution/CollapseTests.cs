using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

/// <summary>
/// Majority voting on the model and the problems that ship, at a learning rate that destroys and at one that does not.
/// </summary>
[Trait("Time", "long")]
public sealed class CollapseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_high_learning_rate_trips_the_guard()
    {
        IReadOnlyList<StepMetrics> metrics = Run("high", "learn.learning_rate=3e-3", "learn.warmup_steps=0");
        Assert.Equal(GuardVerdict.Fine, metrics[0].GuardVerdict);
        Assert.Equal(GuardVerdict.Collapsing, metrics[^1].GuardVerdict);
        Assert.Contains("divergence from the start, per token, is ", metrics[^1].GuardReason);
    }

    [Fact]
    public void The_learning_rate_that_suits_the_model_does_not() => Assert.All(
        Run("sound", "learn.learning_rate=1e-4"), step => Assert.Equal(GuardVerdict.Fine, step.GuardVerdict));

    private IReadOnlyList<StepMetrics> Run(string name, params string[] settings)
    {
        string[] common =
            ["method=majority", "steps=10", "data.batch=4", "learn.mini_batch=32", "threads=1", "checkpoint.every=100"];
        SmallRuns.Evolve(new RunOptions(Shipped.Model, Shipped.TrainingProblems, _folder.Combine(name))
        {
            Configuration = ConfigurationLayers.Resolve(Shipped.Model, null, [.. common, .. settings]),
        });
        return RunReader.Read(_folder.Combine(name)).Metrics;
    }
}
