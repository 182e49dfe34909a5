using Polly;
using Polly.Hedging;
using Polly.Retry;
using Retrace.Configuration;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// Gives jobs to servers and sees each through to the end: to the server with the fewest tokens to draw, elsewhere when
/// it fails, to a second one as well when it takes long, and again after a while when all have failed.
/// </summary>
internal sealed class RolloutDispatcher
{
    // Attempts on all servers. The pauses between them, from 0.25 s doubling up to 30 s, come to five minutes: as long
    // as vLLM may need to start anew.
    private const int Rounds = 17;
    private const int MostHedges = 3;

    private readonly IReadOnlyList<RolloutServer> _servers;
    private readonly PublishedPolicy _policy;
    private readonly RolloutSettings _settings;
    private readonly TimeProvider _time;
    private readonly int _requests; // At work at a time.
    private readonly Lock _choice = new();
    private int _staleSamples;
    private int _failedRequests;
    private int _hedgedRequests;

    /// <param name="rank">Of this process. Each begins with another server.</param>
    /// <param name="processes">That give work to the same servers.</param>
    /// <param name="time">By which limits, hedges and pauses are measured.</param>
    public RolloutDispatcher(
        IReadOnlyList<RolloutServer> servers,
        PublishedPolicy policy,
        RolloutSettings settings,
        int rank,
        int processes,
        TimeProvider time)
    {
        int first = rank % servers.Count;
        _servers = [.. servers.Skip(first), .. servers.Take(first)];
        _policy = policy;
        _settings = settings;
        _time = time;
        _requests = Math.Max(1, servers.Count * settings.RequestsPerServer / processes);
    }

    /// <summary>Lets the servers draw all jobs.</summary>
    /// <param name="jobs">What is to be drawn.</param>
    /// <param name="ask">Asks a server that has this version of the policy, and reads its reply.</param>
    /// <returns>In the jobs' order.</returns>
    /// <exception cref="RolloutFailedException">A job could be drawn nowhere.</exception>
    public async Task<Generation[][]> DrawAsync(
        IReadOnlyList<RolloutJob> jobs,
        Func<RolloutServer, int, RolloutJob, CancellationToken, Task<(Generation[] Drawn, string? Label)>> ask,
        CancellationToken cancellation)
    {
        var drawn = new Generation[jobs.Count][];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = _requests,
            CancellationToken = cancellation,
        };
        // The largest first, so that no large one is begun when the others are done.
        IEnumerable<(int Index, RolloutJob Item)> order = jobs.Index().OrderByDescending(pair => pair.Item.Tokens);
        await Parallel.ForEachAsync(order, options, async (pair, ends) =>
        {
            var attempts = new Attempts(pair.Item);
            try
            {
                drawn[pair.Index] = await Pipeline().ExecuteAsync(
                    async attemptEnds => await AttemptAsync(attempts, ask, attemptEnds), ends);
            }
            catch (ServerFaultException error)
            {
                throw new RolloutFailedException(
                    $"No server of rollout.servers could draw a request in {Rounds} rounds; the last one: "
                    + error.Message.TrimEnd('.'),
                    error);
            }
        });
        return drawn;
    }

    /// <summary>Counts since the last call.</summary>
    public RolloutIncidents TakeIncidents() => new(
        Interlocked.Exchange(ref _staleSamples, 0),
        Interlocked.Exchange(ref _failedRequests, 0),
        Interlocked.Exchange(ref _hedgedRequests, 0));

    // Innermost: attempts on several servers, of which the first to succeed counts and ends the others; then pauses.
    private ResiliencePipeline<Generation[]> Pipeline()
    {
        var serverFault = new PredicateBuilder<Generation[]>().Handle<ServerFaultException>();
        ResiliencePipelineBuilder<Generation[]> pipeline = new() { TimeProvider = _time };
        pipeline.AddRetry(new RetryStrategyOptions<Generation[]>
        {
            ShouldHandle = serverFault,
            MaxRetryAttempts = Rounds - 1,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromSeconds(0.25),
            MaxDelay = TimeSpan.FromSeconds(30),
            UseJitter = true,
        });
        if (_servers.Count > 1)
        {
            pipeline.AddHedging(new HedgingStrategyOptions<Generation[]>
            {
                ShouldHandle = serverFault,
                MaxHedgedAttempts = Math.Min(_servers.Count - 1, MostHedges),
                Delay = TimeSpan.FromSeconds(_settings.HedgeAfter),
            });
        }
        return pipeline.Build();
    }

    private async Task<Generation[]> AttemptAsync(
        Attempts attempts,
        Func<RolloutServer, int, RolloutJob, CancellationToken, Task<(Generation[] Drawn, string? Label)>> ask,
        CancellationToken cancellation)
    {
        RolloutServer server = Choose(attempts);
        try
        {
            if (!_policy.IsFresh(server.Version))
            {
                await _policy.LoadIntoAsync(server, cancellation); // Which has a limit of its own.
            }
            using CancellationTokenSource late = new(TimeSpan.FromSeconds(_settings.RequestTimeout), _time);
            using CancellationTokenSource limit =
                CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
            int version = server.Version ?? throw new ServerFaultException($"{server.Address} has lost its weights");
            (Generation[] drawn, string? label) = await ask(server, version, attempts.Job, limit.Token);
            if (label is not null && !_policy.IsFresh(_policy.VersionOf(label)))
            {
                // Another process than the one that took the weights answers there, or somebody else has changed them.
                Interlocked.Add(ref _staleSamples, drawn.Length);
                server.Version = null;
                throw new ServerFaultException($"{server.Address} draws with the weights {server.Quote(label)}");
            }
            server.Succeeded();
            return drawn;
        }
        catch (ServerFaultException error)
        {
            Fail(server, attempts, error);
            throw;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            ServerFaultException late = new(
                $"{server.Address} did not answer within rollout.request_timeout, {_settings.RequestTimeout} s", error)
            {
                LostWeights = true,
            };
            Fail(server, attempts, late);
            throw late;
        }
        finally
        {
            lock (_choice)
            {
                server.OutstandingTokens -= attempts.Job.Tokens;
                attempts.AtWork.Remove(server);
            }
        }
    }

    // Of the servers that are not at it already: one that works, with the fewest tokens to draw.
    private RolloutServer Choose(Attempts attempts)
    {
        lock (_choice)
        {
            if (attempts.AtWork.Count > 0)
            {
                Interlocked.Increment(ref _hedgedRequests);
            }
            RolloutServer[] free = [.. _servers.Where(server =>
                !attempts.AtWork.Contains(server) && !attempts.RefusedBy.Contains(server))];
            RolloutServer chosen = (free.Length > 0 ? free : _servers)
                .OrderBy(server => server.IsResting)
                .ThenBy(server => server.OutstandingTokens)
                .First();
            chosen.OutstandingTokens += attempts.Job.Tokens;
            attempts.AtWork.Add(chosen);
            return chosen;
        }
    }

    private void Fail(RolloutServer server, Attempts attempts, ServerFaultException error)
    {
        Interlocked.Increment(ref _failedRequests);
        if (error.LostWeights)
        {
            server.Version = null; // What answers there next may be another process.
        }
        if (!error.Refused)
        {
            server.Failed();
            return;
        }
        lock (_choice)
        {
            attempts.RefusedBy.Add(server);
            if (attempts.RefusedBy.Count == _servers.Count)
            {
                throw new RolloutFailedException(
                    $"Every server of rollout.servers refuses a request: {error.Message}", error);
            }
        }
    }

    private sealed record Attempts(RolloutJob Job)
    {
        public List<RolloutServer> AtWork { get; } = [];

        public HashSet<RolloutServer> RefusedBy { get; } = [];
    }
}
