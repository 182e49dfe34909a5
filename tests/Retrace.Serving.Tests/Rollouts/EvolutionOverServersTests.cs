using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>Runs whose rollouts come from servers.</summary>
public sealed class EvolutionOverServersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_that_dies_in_a_step_changes_nothing_that_is_learned()
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: _folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy dying = await FaultyProxy.StartAsync(one.Address);
        IReadOnlyList<StepMetrics> unbroken = Run("unbroken", other.Address);
        dying.Fault = Fault.Death;
        dying.Spared = 2;
        IReadOnlyList<StepMetrics> broken = Run("broken", dying.Address, other.Address);

        Assert.Equal([1, 2], broken.Select(step => step.Step));
        Assert.True(broken[0].FailedRequests > 0);
        Assert.Equal(0, unbroken.Sum(step => step.FailedRequests));
        foreach ((StepMetrics expected, StepMetrics actual) in unbroken.Zip(broken))
        {
            Assert.Equal(expected.MaternalTokens, actual.MaternalTokens);
            Assert.Equal(expected.RetracedTokens, actual.RetracedTokens);
            Assert.Equal(expected.RewardMean, actual.RewardMean);
            Assert.Equal(expected.GradNorm!.Value, actual.GradNorm!.Value, 1e-3 * expected.GradNorm.Value);
            Assert.Equal(0, actual.StaleSamples);
            Assert.Equal(1, actual.ImportanceMean!.Value, 1e-3);
            Assert.Equal(0, actual.ImportanceTruncated);
        }
        Assert.True(broken.Sum(step => step.GradNorm) > 0);
    }

    [Fact]
    public async Task Samples_without_log_probabilities_are_learned_from_without_importance_weights()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy terse = await FaultyProxy.StartAsync(server.Address);
        terse.Fault = Fault.TextAlone;
        IReadOnlyList<StepMetrics> steps = Run("terse", terse.Address);
        Assert.Equal(2, steps.Count);
        Assert.All(steps, step => Assert.Null(step.ImportanceMean));
        Assert.All(steps, step => Assert.Null(step.ImportanceTruncated));
        Assert.All(steps, step => Assert.True(step.PublishSeconds > 0 && step.ServerBusySeconds > 0));
        Assert.All(steps, step => Assert.InRange(
            step.ServerBusySeconds!.Value, 0, (step.SamplingSeconds + step.ReinferenceSeconds)!.Value));
        Assert.True(steps.Sum(step => step.GradNorm) > 0);
    }

    [Fact]
    public async Task A_run_with_an_adapter_is_interrupted_and_goes_on_over_servers()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        string[] lora = ["model.lora_rank=4", "model.train_vision=false"];
        IReadOnlyList<StepMetrics> unbroken = Run("unbroken", [server.Address], lora);
        using (var interruption = new CancellationTokenSource())
        using (EvolutionRun first = Open("broken", resume: false, [server.Address], lora))
        {
            first.Loop.StepCompleted += _ => interruption.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => first.Loop.Run(0, interruption.Token));
        }
        // On another server, as after a night.
        await using RunningServer another = await RunningServer.StartAsync(updates: _folder.Path);
        using (EvolutionRun second = Open("broken", resume: true, [another.Address], lora))
        {
            second.Loop.Run(second.StepsTaken, Cancellation);
        }
        IReadOnlyList<StepMetrics> broken = RunReader.Read(_folder.Combine("broken")).Metrics;
        Assert.Equal(
            unbroken.Select(step => (step.Step, step.RewardMean, step.MaternalTokens, step.RetracedTokens)),
            broken.Select(step => (step.Step, step.RewardMean, step.MaternalTokens, step.RetracedTokens)));
    }

    [Fact]
    public async Task Servers_that_compute_another_policy_are_refused_before_there_is_a_run()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: _folder.Path);
        await using FaultyProxy other = await FaultyProxy.StartAsync(server.Address);
        other.Fault = Fault.OtherPolicy;
        var refused = Assert.Throws<BadInputException>(() => Open("run", resume: false, [other.Address], []));
        Assert.Matches(@"is -\d+\.\d{4} there and -\d+\.\d{4} here, 0\.500\d apart", refused.Message);
        Assert.False(Directory.Exists(_folder.Combine("run")));

        other.Fault = Fault.None;
        Run("run", [other.Address], ["steps=1"]);
        other.Fault = Fault.OtherPolicy;
        string log = File.ReadAllText(_folder.Combine("run/metrics.jsonl"));
        Assert.Throws<BadInputException>(() => Open("run", resume: true, [other.Address], []));
        Assert.Equal(log, File.ReadAllText(_folder.Combine("run/metrics.jsonl")));
    }

    private IReadOnlyList<StepMetrics> Run(string name, params Uri[] servers) => Run(name, servers, []);

    private IReadOnlyList<StepMetrics> Run(string name, Uri[] servers, string[] settings)
    {
        using EvolutionRun run = Open(name, resume: false, servers, settings);
        run.Loop.Run(0, Cancellation);
        return RunReader.Read(_folder.Combine(name)).Metrics;
    }

    private EvolutionRun Open(string name, bool resume, Uri[] servers, string[] settings) => EvolutionRun.Open(
        new RunOptions(Shipped.Model, Shipped.TrainingProblems, _folder.Combine(name))
        {
            Configuration = ConfigurationLayers.Resolve(
                Shipped.Model,
                file: null,
                [
                    "steps=2", "data.batch=3", "rollout.group=4", "retrace.samples=2", "learn.mini_batch=6",
                    "rollout.engine=openai", "rollout.samples_per_request=2", "rollout.requests_per_server=2",
                    $"rollout.servers={string.Join(' ', servers.Select(server => server.ToString()))}", .. settings,
                ]),
            Resume = resume,
        },
        Cancellation);
}
