using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Testing;

namespace Retrace.Evaluation.Tests.Comparisons;

public sealed class RunsAtOnceTests : IDisposable
{
    private static readonly int Cores = Environment.ProcessorCount;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_of_a_small_model_take_one_thread_each_and_one_core_each()
    {
        RunConfiguration run = new();
        var pace = RunsAtOnce.Of(Shipped.Model, [run, run], asked: null);
        Assert.Equal((Cores, 1), (pace.Count, pace.SettingsOf(run).Threads));
        // A number that is asked for changes no run.
        var asked = RunsAtOnce.Of(Shipped.Model, [run], asked: 3);
        Assert.Equal((3, 1), (asked.Count, asked.SettingsOf(run).Threads));
    }

    [Fact]
    public void Threads_of_the_settings_stay_and_leave_cores_for_fewer()
    {
        RunConfiguration greedy = new() { Threads = Cores };
        var pace = RunsAtOnce.Of(Shipped.Model, [new RunConfiguration(), greedy], asked: null);
        Assert.Equal((1, Cores), (pace.Count, pace.SettingsOf(greedy).Threads));
    }

    [Fact]
    public void A_large_model_has_all_cores_for_one_run()
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Shipped.Model, "config.json")))!.AsObject();
        config["vocab_size"] = 50_000_000 / (int)config["hidden_size"]!;
        _folder.Write("config.json", config.ToJsonString());
        RunConfiguration run = new();
        var pace = RunsAtOnce.Of(_folder.Path, [run], asked: null);
        Assert.Equal((1, null), (pace.Count, pace.SettingsOf(run).Threads));
        Assert.Equal(2, RunsAtOnce.Of(_folder.Path, [run], asked: 2).Count);
    }

    [Fact]
    public void Runs_whose_seconds_are_compared_take_turns()
    {
        RunConfiguration run = new();
        Assert.Equal(1, RunsAtOnce.Of(Shipped.Model, [run, run], asked: null, comparesSeconds: true).Count);
        Assert.StartsWith(
            "--parallel is 2, but a vote that is given another run's seconds needs runs that take turns",
            Assert.Throws<BadInputException>(
                () => RunsAtOnce.Of(Shipped.Model, [run, run], asked: 2, comparesSeconds: true)).Message);
    }

    [Theory]
    [InlineData("cuda", "local")]
    [InlineData("cpu", "openai")]
    public void Runs_on_a_device_or_on_servers_take_turns(string device, string engine)
    {
        RunConfiguration settings = new();
        RunConfiguration elsewhere = settings with
        {
            Model = settings.Model with { Device = device },
            Rollout = settings.Rollout with { Engine = engine },
        };
        var pace = RunsAtOnce.Of(Shipped.Model, [settings, elsewhere], asked: null);
        Assert.Equal((1, null), (pace.Count, pace.SettingsOf(elsewhere).Threads));
        Assert.Contains(
            "--parallel is 2, but runs that compute on a GPU or sample on servers take turns",
            Assert.Throws<BadInputException>(() => RunsAtOnce.Of(Shipped.Model, [elsewhere], asked: 2)).Message);
    }

    [Fact]
    public void Runs_whose_seconds_are_compared_are_alone() => Assert.Equal(
        1, RunsAtOnce.Of(Shipped.Model, [new RunConfiguration()], asked: null, comparesSeconds: true).Count);

    [Fact]
    public void Fewer_than_one_is_refused() => Assert.Contains(
        "--parallel is 0, but must be at least 1",
        Assert.Throws<BadInputException>(() => RunsAtOnce.Of(Shipped.Model, [new RunConfiguration()], asked: 0)).Message);
}
