using System.Text.Json.Nodes;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Adapters;
using Retrace.Models.Network;
using Retrace.Testing;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>Which weights servers sample with.</summary>
public sealed class PublishedPolicyTests : ServerRolloutTests
{
    // What an update waits for slower servers at least.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("vllm", 0)]
    [InlineData("sglang", 0)]
    [InlineData("vllm", 4)]
    [InlineData("sglang", 4)]
    public async Task Servers_sample_with_the_policy_as_it_was_last_updated(string api, int loraRank)
    {
        using VisionLanguageModel? adapted = AdaptedOf(loraRank);
        VisionLanguageModel policy = adapted ?? Model;
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        using OpenAiRolloutEngine engine = Connect(policy, [server.Address], $"rollout.server_api={api}");
        engine.UsePolicy(0, Cancellation);
        Generation[][] before = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        Disturb(policy);
        engine.UsePolicy(1, Cancellation);
        Generation[][] after = AssertSamplesAs(policy, engine, Requests(1));
        Assert.NotEqual(before.Select(one => one[0].Tokens), after.Select(one => one[0].Tokens));
        Assert.All(after, one => AssertClose(one[0].LogProbs, one[0].ServerLogProbs!));
        // One version lies there at a time.
        Assert.Single(Directory.GetDirectories(Folder.Combine("weights-0")));
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task What_an_older_policy_sampled_is_dropped_and_sampled_again()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        using OpenAiRolloutEngine engine = Connect(Model, [server.Address], "rollout.server_api=sglang");
        engine.UsePolicy(0, Cancellation);
        Disturb(Model);
        engine.UsePolicy(1, Cancellation);
        // As if the process had been started anew in between.
        string start = Folder.Combine("start");
        Directory.CreateDirectory(start);
        foreach (string file in Directory.GetFiles(Shipped.Model))
        {
            File.Copy(file, Path.Combine(start, Path.GetFileName(file)));
        }
        await server.AskAsync("update_weights_from_disk", new JsonObject { ["model_path"] = start });

        AssertSamplesAs(Model, engine, Requests(2));
        RolloutIncidents incidents = engine.TakeIncidents()!;
        Assert.InRange(incidents.StaleSamples, 2, 8);
    }

    [Fact]
    public async Task A_server_that_is_no_further_behind_than_allowed_is_used_as_it_is()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        using OpenAiRolloutEngine engine =
            Connect(Model, [server.Address], "rollout.server_api=sglang", "rollout.max_policy_lag=1");
        engine.UsePolicy(0, Cancellation);
        Generation[][] before = Local(Model, Requests(1), new SamplingSettings(0));
        Disturb(Model);
        PublishWithoutServers(engine, 1);
        Generation[][] generated = engine.Generate(Requests(1), new SamplingSettings(0), Cancellation);
        AssertSame(before, generated);
        // Ours are of the policy as it is, so that the ratio tells the two apart.
        Assert.Contains(generated, one => !AreClose(one[0].LogProbs, one[0].ServerLogProbs!));
    }

    [Theory]
    [InlineData("vllm", 0)]
    [InlineData("sglang", 0)]
    [InlineData("vllm", 4)]
    public async Task A_server_that_hangs_as_it_loads_holds_up_no_update(string api, int loraRank)
    {
        using VisionLanguageModel? adapted = AdaptedOf(loraRank);
        VisionLanguageModel policy = adapted ?? Model;
        await using RunningServer one = await RunningServer.StartAsync(updates: Folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy hanging = await FaultyProxy.StartAsync(one.Address);
        hanging.LoadingFault = Fault.Silence;
        HeldTime time = new(passes: TimeSpan.Zero); // Neither rollout.request_timeout nor rollout.hedge_after.
        using OpenAiRolloutEngine engine = Connect(
            policy,
            [hanging.Address, other.Address],
            time,
            $"rollout.server_api={api}",
            "rollout.samples_per_request=1",
            "rollout.requests_per_server=1");
        Task used = Task.Run(() => engine.UsePolicy(0, Cancellation), Cancellation);
        await time.EndAsync(Grace, Cancellation);
        await used;
        AssertSamplesAs(policy, engine, Requests(1));
        Assert.Empty(hanging.Requests);
        Assert.Single(hanging.Loads);

        // What it hangs at is given up, and the next version goes to it as well.
        hanging.LoadingFault = Fault.None;
        Disturb(policy);
        engine.UsePolicy(1, Cancellation);
        AssertSamplesAs(policy, engine, Requests(3));
        Assert.NotEmpty(hanging.Requests);
        Assert.Equal(2, hanging.Loads.Count);
        Assert.Equal(new RolloutIncidents(0, 0, 0), engine.TakeIncidents());
    }

    [Fact]
    public async Task A_server_that_loads_slowly_is_told_once_and_waited_for()
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: Folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy slow = await FaultyProxy.StartAsync(one.Address);
        await using FaultyProxy silent = await FaultyProxy.StartAsync(other.Address);
        slow.LoadingFault = Fault.Slowness;
        silent.Fault = Fault.Silence;
        HeldTime time = new(passes: TimeSpan.Zero);
        using OpenAiRolloutEngine engine = Connect(Model, [slow.Address, silent.Address], time);
        Task used = Task.Run(() => engine.UsePolicy(0, Cancellation), Cancellation);
        await time.EndAsync(Grace, Cancellation);
        await used;
        time.LetPass(TimeSpan.FromSeconds(new RolloutSettings().HedgeAfter));
        Task<Generation[][]> generation =
            Task.Run(() => engine.Generate(Requests(1), new SamplingSettings(0), Cancellation), Cancellation);
        await silent.UntilAskedAsync(Problems.Length);
        slow.Resume();
        AssertSame(Local(Model, Requests(1), new SamplingSettings(0)), await generation);
        Assert.Equal(Problems.Length, slow.Requests.Count);
        Assert.Single(slow.Loads);
        Assert.Equal(0, engine.TakeIncidents()!.FailedRequests);
    }

    [Fact]
    public async Task A_run_that_is_refused_leaves_the_weights_of_the_one_at_work()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        string weights = Folder.Combine("weights");
        using (OpenAiRolloutEngine atWork = ConnectFrom(weights, Model, [server.Address], TimeProvider.System))
        {
            atWork.UsePolicy(0, Cancellation);
            ConnectFrom(weights, Model, [server.Address], TimeProvider.System).Dispose();
            Assert.NotEmpty(Directory.GetFiles(Assert.Single(Directory.GetDirectories(weights))));
        }
        Assert.Empty(Directory.GetDirectories(weights));
    }

    // Null for rank 0, where the model itself is trained.
    private VisionLanguageModel? AdaptedOf(int rank) => rank == 0
        ? null
        : Model.WithAdapter(new LoraSettings(rank, 32, ["q_proj", "up_proj"], Vision: false), seed: 5);

    // Writes a version that no server is told of.
    private static void PublishWithoutServers(OpenAiRolloutEngine engine, int version)
    {
        using CancellationTokenSource ended = new();
        ended.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => engine.UsePolicy(version, ended.Token));
    }
}
