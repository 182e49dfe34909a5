using Retrace.Configuration;
using Retrace.Testing;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Serving.Tests.Rollouts;

/// <summary>What becomes of samples when servers fail, fall silent or are slow.</summary>
public sealed class ServerFaultTests : ServerRolloutTests
{
    // While no wait is over, using a policy ends when every server has loaded it.
    private static readonly TimeSpan NoPause = TimeSpan.Zero;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30); // Between attempts.
    private static readonly TimeSpan HedgeAfter = TimeSpan.FromSeconds(new RolloutSettings().HedgeAfter);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(new RolloutSettings().RequestTimeout);

    [Theory]
    [InlineData(Fault.Death)]
    [InlineData(Fault.InternalError)]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.Silence)]
    [InlineData(Fault.Truncation)]
    [InlineData(Fault.Nonsense)]
    [InlineData(Fault.OtherJson)]
    [InlineData(Fault.MissingSample)]
    [InlineData(Fault.WrongTokens)]
    [InlineData(Fault.LongerPrompt)]
    public async Task Whatever_one_of_two_servers_does_the_samples_are_the_same(Fault fault)
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: Folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(one.Address);
        proxy.Fault = fault;
        proxy.Spared = 1;
        HeldTime time = new(NoPause);
        using OpenAiRolloutEngine faulty = Connect(
            Model,
            [proxy.Address, other.Address],
            time,
            "rollout.samples_per_request=2",
            "rollout.requests_per_server=1");
        using OpenAiRolloutEngine sound = Connect(Model, [other.Address], "rollout.samples_per_request=2");
        faulty.UsePolicy(0, Cancellation);
        sound.UsePolicy(0, Cancellation);
        time.LetPass(fault == Fault.Silence ? HedgeAfter : LongestPause);

        Generation[][] generated = faulty.Generate(Requests(4), new SamplingSettings(1), Cancellation);
        Generation[][] expected = sound.Generate(Requests(4), new SamplingSettings(1), Cancellation);
        AssertSame(expected, generated);
        RolloutIncidents incidents = faulty.TakeIncidents()!;
        Assert.True((fault == Fault.Silence ? incidents.HedgedRequests : incidents.FailedRequests) > 0);
        Assert.Equal(new RolloutIncidents(0, 0, 0), faulty.TakeIncidents());
    }

    [Theory]
    [InlineData(Fault.InternalError, 1)]
    [InlineData(Fault.Unavailable, 2)]
    [InlineData(Fault.Silence, 2)]
    [InlineData(Fault.Truncation, 2)]
    public async Task A_server_that_may_have_been_restarted_is_given_the_weights_again(Fault fault, int loads)
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        proxy.Fault = fault;
        proxy.Spoils = 1;
        HeldTime time = new(LongestPause);
        using OpenAiRolloutEngine engine = Connect(Model, [proxy.Address], time);
        engine.UsePolicy(0, Cancellation);
        RolloutRequest[] request = Requests(1)[..1];
        Task<Generation[][]> generation =
            Task.Run(() => engine.Generate(request, new SamplingSettings(0), Cancellation), Cancellation);
        if (fault == Fault.Silence)
        {
            await proxy.UntilAskedAsync(1);
            await time.EndAsync(RequestTimeout, Cancellation);
        }
        Generation[][] generated = await generation;
        AssertSame(Local(Model, Requests(1)[..1], new SamplingSettings(0)), generated);
        Assert.Equal(1, engine.TakeIncidents()!.FailedRequests);
        Assert.Equal(loads, proxy.Loads.Count);
    }

    [Fact]
    public async Task A_request_that_gets_no_reply_counts_as_failed_in_the_end()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy silent = await FaultyProxy.StartAsync(server.Address);
        silent.Fault = Fault.Silence;
        HeldTime time = new(LongestPause);
        using OpenAiRolloutEngine engine = Connect(Model, [silent.Address], time);
        engine.UsePolicy(0, Cancellation);
        using var stop = new CancellationTokenSource();
        Task generation = Task.Run(
            () => engine.Generate([Requests(1)[0]], new SamplingSettings(0), stop.Token), Cancellation);
        await silent.UntilAskedAsync(1);
        await time.EndAsync(RequestTimeout, Cancellation);
        await silent.UntilAskedAsync(2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generation);
        Assert.Equal(1, engine.TakeIncidents()!.FailedRequests);
    }

    [Fact]
    public async Task A_straggler_is_overtaken_by_another_server()
    {
        await using RunningServer one = await RunningServer.StartAsync(updates: Folder.Path);
        await using RunningServer other = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(one.Address);
        proxy.Fault = Fault.Silence;
        HeldTime time = new(NoPause);
        using OpenAiRolloutEngine engine = Connect(Model, [proxy.Address, other.Address], time);
        engine.UsePolicy(0, Cancellation);
        time.LetPass(HedgeAfter);
        AssertSamplesAs(Model, engine, Requests(1));
        RolloutIncidents incidents = engine.TakeIncidents()!;
        Assert.True(incidents.HedgedRequests > 0);
        Assert.Equal(0, incidents.FailedRequests);
    }

    [Fact]
    public async Task A_slow_server_gets_less_to_do()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy slow = await FaultyProxy.StartAsync(server.Address);
        await using FaultyProxy quick = await FaultyProxy.StartAsync(server.Address);
        slow.Fault = Fault.Slowness;
        using OpenAiRolloutEngine engine = Connect(
            Model,
            [slow.Address, quick.Address],
            new HeldTime(NoPause),
            "rollout.samples_per_request=1",
            "rollout.requests_per_server=1");
        engine.UsePolicy(0, Cancellation);
        Task generation = Task.Run(
            () => engine.Generate(Requests(5), new SamplingSettings(1), Cancellation), Cancellation);
        await quick.UntilAskedAsync(12); // While the other has its first request.
        slow.Resume();
        await generation;
        Assert.Equal(20, slow.Requests.Count + quick.Requests.Count);
        Assert.True(slow.Requests.Count < quick.Requests.Count, $"{slow.Requests.Count} of 20");
    }

    [Fact]
    public async Task It_stops_when_it_is_asked_to()
    {
        await using RunningServer server = await RunningServer.StartAsync(updates: Folder.Path);
        await using FaultyProxy proxy = await FaultyProxy.StartAsync(server.Address);
        proxy.Fault = Fault.Silence;
        using OpenAiRolloutEngine engine = Connect(Model, [proxy.Address]);
        engine.UsePolicy(0, Cancellation);
        using CancellationTokenSource stop = new();
        Task generation = Task.Run(
            () => engine.Generate(Requests(1), new SamplingSettings(0), stop.Token), Cancellation);
        await proxy.UntilAskedAsync(1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generation);
    }
}
