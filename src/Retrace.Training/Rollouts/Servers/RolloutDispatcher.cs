using Polly;
using Polly.Hedging;
using Polly.Retry;
using Retrace.Configuration;
using Retrace.RolloutServers;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// Dispatches jobs to servers until each is done: first to the server with the fewest outstanding tokens, to another
/// when that fails, to a second one as well when it takes long (hedging), and again after a pause when all have failed.
/// </summary>
internal sealed class RolloutDispatcher
{
    // Rounds of attempts on all servers. The pauses between rounds double from 0.25 s up to 30 s and add up to five
    // minutes, which vLLM may need to restart.
    private const int Rounds = 17;
    private const int MostHedges = 3;

    private readonly IReadOnlyList<RolloutServer> _servers;
    private readonly PublishedPolicy _policy;
    private readonly RolloutSettings _settings;
    private readonly TimeProvider _time;
    private readonly int _requests; // Maximum number at a time.
    private readonly ServerOccupation _occupation;
    private readonly Lock _choice = new();
    private int _staleSamples;
    private int _failedRequests;
    private int _hedgedRequests;

    /// <param name="rank">This process's rank; each process prefers another server.</param>
    /// <param name="processes">Number of processes that share the servers.</param>
    /// <param name="time">The clock of timeouts, hedging and pauses.</param>
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
        _occupation = new ServerOccupation(servers, time);
        _requests = Math.Max(1, servers.Count * settings.RequestsPerServer / processes);
    }

    /// <summary>Has the servers generate the samples of all jobs.</summary>
    /// <param name="jobs">The samples to generate.</param>
    /// <param name="ask">Sends a job to a server that has this version of the policy, and reads the reply.</param>
    /// <returns>[jobs][samples]</returns>
    /// <exception cref="RolloutFailedException">A job failed on every server.</exception>
    public async Task<Generation[][]> GenerateAsync(
        IReadOnlyList<RolloutJob> jobs,
        Func<RolloutServer, int, RolloutJob, CancellationToken, Task<(Generation[] Samples, string? Label)>> ask,
        CancellationToken cancellation)
    {
        var generated = new Generation[jobs.Count][];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = _requests,
            CancellationToken = cancellation,
        };
        // Largest first, so that no large job starts when the others are done.
        IEnumerable<(int Index, RolloutJob Item)> order = jobs.Index().OrderByDescending(pair => pair.Item.Tokens);
        long start = _time.GetTimestamp();
        await Parallel.ForEachAsync(order, options, async (pair, ends) =>
        {
            var attempts = new Attempts(pair.Item);
            try
            {
                generated[pair.Index] = await Pipeline().ExecuteAsync(
                    async attemptEnds => await AttemptAsync(attempts, ask, attemptEnds), ends);
            }
            catch (ServerFaultException error)
            {
                throw new RolloutFailedException(
                    $"No server of rollout.servers could generate a request in {Rounds} rounds; the last failure: "
                    + error.Message.TrimEnd('.'),
                    error);
            }
        });
        _occupation.AddSampling(_time.GetElapsedTime(start));
        return generated;
    }

    /// <summary>Returns the counts since the previous call.</summary>
    public RolloutIncidents TakeIncidents() => new(
        Interlocked.Exchange(ref _staleSamples, 0),
        Interlocked.Exchange(ref _failedRequests, 0),
        Interlocked.Exchange(ref _hedgedRequests, 0));

    /// <inheritdoc cref="ServerOccupation.Take"/>
    public (TimeSpan Sampling, TimeSpan[] Busy) TakeOccupation() => _occupation.Take();

    // Innermost, attempts on several servers, of which the first success cancels the others; around them, retries.
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
        Func<RolloutServer, int, RolloutJob, CancellationToken, Task<(Generation[] Samples, string? Label)>> ask,
        CancellationToken cancellation)
    {
        RolloutServer server = Choose(attempts);
        try
        {
            if (!_policy.IsFresh(server.Version))
            {
                await _policy.LoadIntoAsync(server, cancellation); // It has its own timeout.
            }
            using CancellationTokenSource late = new(TimeSpan.FromSeconds(_settings.RequestTimeout), _time);
            using CancellationTokenSource limit =
                CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
            int version = server.Version ?? throw new ServerFaultException($"{server.Address} has lost its weights");
            (Generation[] samples, string? label) = await ask(server, version, attempts.Job, limit.Token);
            if (label is not null && !_policy.IsFresh(_policy.VersionOf(label)))
            {
                // The server was restarted, or someone else has changed its weights.
                Interlocked.Add(ref _staleSamples, samples.Length);
                server.Version = null;
                throw new ServerFaultException($"{server.Address} samples with the weights {server.Quote(label)}");
            }
            server.Succeeded();
            return samples;
        }
        catch (ServerFaultException error)
        {
            ServerFaultException fault = error.Of(server);
            Fail(server, attempts, fault);
            throw fault;
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
                attempts.Running.Remove(server);
            }
            _occupation.End(server);
        }
    }

    // Of the servers that do not have the job yet, prefers one that is not resting, with the fewest tokens to generate.
    private RolloutServer Choose(Attempts attempts)
    {
        lock (_choice)
        {
            if (attempts.Running.Count > 0)
            {
                Interlocked.Increment(ref _hedgedRequests);
            }
            RolloutServer[] free = [.. _servers.Where(server =>
                !attempts.Running.Contains(server) && !attempts.RefusedBy.Contains(server))];
            RolloutServer chosen = (free.Length > 0 ? free : _servers)
                .OrderBy(server => server.IsResting)
                .ThenBy(server => server.OutstandingTokens)
                .First();
            chosen.OutstandingTokens += attempts.Job.Tokens;
            attempts.Running.Add(chosen);
            _occupation.Begin(chosen);
            return chosen;
        }
    }

    private void Fail(RolloutServer server, Attempts attempts, ServerFaultException error)
    {
        Interlocked.Increment(ref _failedRequests);
        if (error.LostWeights)
        {
            server.Version = null; // The server may have been restarted.
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
        public List<RolloutServer> Running { get; } = [];

        public HashSet<RolloutServer> RefusedBy { get; } = [];
    }
}
