using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Guarding;

namespace Retrace.Training.Tests.Evolution;

/// <summary>
/// Majority voting on the model and the problems that ship, at a learning rate that destroys and at the model's own, over
/// five seeds each. Steps are as small as can be: four problems of four samples.
/// </summary>
[Trait("Time", "long")]
public sealed class CollapseTests : IDisposable
{
    private static readonly string[] Common =
    [
        "method=majority", "data.batch=4", "rollout.group=4", "rollout.max_response_tokens=40", "learn.mini_batch=16", "threads=1",
        "checkpoint.every=100", "checkpoint.keep=1",
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Seeds => [0, 1, 2, 3, 4];

    public void Dispose() => _folder.Dispose();

    // The guard ends the run, so that the steps are those which it needs: its start takes 3, and a verdict 3 that look alike.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_high_learning_rate_trips_the_guard(int seed)
    {
        RunOptions destroyed = Run(
            seed, "learn.learning_rate=3e-3", "learn.warmup_steps=0", "guard.action=stop", "steps=20");
        CollapseException stopped = Assert.Throws<CollapseException>(() => SmallRuns.Evolve(destroyed));
        Assert.Contains("divergence from the start, per token, is ", stopped.Message);
        IReadOnlyList<StepMetrics> metrics = RunReader.Read(destroyed.RunFolder).Metrics;
        Assert.Equal((GuardVerdict.Fine, GuardVerdict.Collapsing), (metrics[0].GuardVerdict, metrics[^1].GuardVerdict));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_learning_rate_that_suits_the_model_does_not(int seed)
    {
        RunOptions sound = Run(seed, "steps=10");
        SmallRuns.Evolve(sound);
        Assert.All(RunReader.Read(sound.RunFolder).Metrics, step => Assert.Equal(GuardVerdict.Fine, step.GuardVerdict));
    }

    private RunOptions Run(int seed, params string[] settings) =>
        new(Shipped.Model, Shipped.TrainingProblems, _folder.Combine($"run-{seed}"))
        {
            Configuration = ConfigurationLayers.Resolve(Shipped.Model, null, [.. Common, $"seed={seed}", .. settings]),
        };
}
