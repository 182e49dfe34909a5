using Retrace.Runs;
using Retrace.Training.Evolution;
using Retrace.Training.Guarding;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Runs that are destroyed by their learning rate, and what the guard does about it.</summary>
[Trait("Time", "long")]
public sealed class GuardedRunTests : IDisposable
{
    // Updates so large that the model babbles after one or two of them.
    private static readonly string[] Destroying =
    [
        "method=majority", "learn.learning_rate=1e-2", "rollout.group=4", "rollout.max_response_tokens=48", "steps=6",
        "guard.baseline=1", "guard.patience=1", "guard.most_returns=10",
    ];

    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_warning_is_in_the_metrics_and_in_the_log_and_changes_nothing_else()
    {
        _runs.Evolve("run", Destroying);
        IReadOnlyList<StepMetrics> metrics = RunReader.Read(_runs.FolderOf("run")).Metrics;
        Assert.Equal(6, metrics.Count);
        Assert.Equal(GuardVerdict.Fine, metrics[0].GuardVerdict);
        Assert.Null(metrics[0].GuardReason);
        Assert.Equal(GuardVerdict.Collapsing, metrics[^1].GuardVerdict);
        Assert.Contains(" from ", metrics[^1].GuardReason);
        Assert.Contains($"  collapsing: {metrics[^1].GuardReason}", LogOf("run"));
        Assert.Contains("\"guard_verdict\":\"collapsing\"", File.ReadAllText(
            Path.Combine(_runs.FolderOf("run"), RunFolder.Metrics)));
    }

    [Fact]
    public void A_stop_leaves_a_checkpoint_and_a_warning_goes_on_from_it()
    {
        CollapseException collapse = Assert.Throws<CollapseException>(() =>
            _runs.Evolve("run", [.. Destroying, "guard.action=stop", "checkpoint.every=100"]));
        int step = RunReader.Read(_runs.FolderOf("run")).Metrics[^1].Step;
        Assert.InRange(step, 2, 5);
        Assert.Contains($"stopped it after step {step}: ", collapse.Message);
        Assert.Contains(_runs.CheckpointOf("run", step), collapse.Message);
        Assert.Contains(collapse.Message, LogOf("run"));
        Assert.Equal(step, _runs.Evolve("run", "guard.action=warn"));
        _runs.Evolve("warned", [.. Destroying, "checkpoint.every=100"]);
        _runs.AssertSame("warned", "run", steps: 6);
    }

    // Each step has a checkpoint, and what is gone back to stays although one is kept.
    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("adapter_model.safetensors", "model.lora_rank=4", "learn.learning_rate=0.1")]
    public void A_return_goes_back_with_half_the_learning_rate(string weights, params string[] settings)
    {
        _runs.Evolve("run", [.. Destroying, "guard.action=return", "checkpoint.keep=1", .. settings]);
        IReadOnlyList<StepMetrics> metrics = RunReader.Read(_runs.FolderOf("run")).Metrics;
        StepMetrics returned = metrics.First(step => step.GuardReturnedTo is not null);
        int best = returned.GuardReturnedTo!.Value;
        Assert.InRange(best, 1, returned.Step - 1);
        Assert.Contains($"; back to the checkpoint of step {best}, with a lower learning rate", LogOf("run"));
        Assert.True(Directory.Exists(_runs.CheckpointOf("run", best)));
        StepMetrics next = metrics.Single(step => step.Step == returned.Step + 1);
        Assert.Equal(returned.LearningRate / 2, next.LearningRate);

        // The checkpoint of the step after which it went back has the weights that it went back to.
        _runs.Evolve("back", [.. Destroying, "guard.action=return", $"steps={returned.Step}", .. settings]);
        foreach (string file in (string[])[weights, "trainer/optimizer.safetensors"])
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(_runs.CheckpointOf("back", best), file)),
                File.ReadAllBytes(Path.Combine(_runs.CheckpointOf("back", returned.Step), file)));
        }
    }

    // One step from each place, which has to leave what the unbroken run goes on with from there.
    [Fact]
    public void A_run_resumes_before_and_after_a_return_to_the_numbers_of_an_unbroken_one()
    {
        _runs.Evolve("whole", [.. Destroying, "guard.action=return"]);
        Assert.Contains(RunReader.Read(_runs.FolderOf("whole")).Metrics, step => step.GuardReturnedTo is not null);
        for (int step = 1; step < 6; step++)
        {
            string copy = $"from-{step}";
            _runs.CopyUpTo("whole", step, copy);
            Assert.Equal(step, step < 5 ? _runs.EvolveByOne(copy) : _runs.Evolve(copy));
            _runs.AssertSameAt(step + 1, "whole", copy);
        }
    }

    // A picture that stays as it is gets the same answer; one that is blanked does not, of these problems. Asking changes
    // nothing else.
    [Fact]
    public void The_probe_asks_every_so_many_steps_with_the_images_that_the_configuration_perturbs()
    {
        string[] probed =
            ["method=majority", "steps=2", "rollout.max_response_tokens=64", "guard.probe_every=2", "guard.probe_problems=6"];
        _runs.Evolve("clean", [.. probed, "retrace.perturbation=none"]);
        _runs.Evolve("blank", [.. probed, "retrace.perturbation=blank"]);
        IReadOnlyList<StepMetrics> clean = RunReader.Read(_runs.FolderOf("clean")).Metrics;
        IReadOnlyList<StepMetrics> blank = RunReader.Read(_runs.FolderOf("blank")).Metrics;
        Assert.Equal([null, 1], clean.Select(step => step.PerturbedAgreement));
        Assert.Null(blank[0].PerturbedAgreement);
        Assert.InRange(blank[1].PerturbedAgreement!.Value, 0, 0.9);
        Assert.Equal(clean.Select(step => step.Entropy), blank.Select(step => step.Entropy));
    }

    [Fact]
    public void Without_a_checkpoint_from_before_a_return_is_a_stop() =>
        Assert.Contains(
            "there is no checkpoint to go back to",
            Assert.Throws<CollapseException>(() =>
                _runs.Evolve("run", [.. Destroying, "guard.action=return", "checkpoint.every=100"])).Message);

    private string LogOf(string run) => File.ReadAllText(Path.Combine(_runs.FolderOf(run), RunFolder.Log));
}
