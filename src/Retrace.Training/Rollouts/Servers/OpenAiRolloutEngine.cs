using System.Collections.Concurrent;
using System.Text.Json;
using Retrace.Configuration;
using Retrace.Images;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Training.DataParallel;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>Generates on OpenAI-compatible servers (vLLM, SGLang, <c>retrace serve-model</c>).</summary>
/// <remarks>
/// Which server draws a sample decides nothing: its seed follows from its place. Log-probabilities and entropies are
/// those of the policy in this process, computed once the samples are there; the servers' own are kept beside them,
/// for importance sampling. Of several processes each has its own share drawn, on all servers; the first one writes the
/// policy and has the servers load it.
/// </remarks>
public sealed class OpenAiRolloutEngine : IRolloutEngine, IDisposable
{
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1);

    private readonly VisionLanguageModel _policy;
    private readonly RunConfiguration _configuration;
    private readonly IServerDialect _dialect;
    private readonly IProcessGroup _processes;
    private readonly IReadOnlyList<RolloutServer> _servers;
    private readonly PublishedPolicy _published;
    private readonly RolloutDispatcher _dispatcher;
    private readonly SampleReading _reading;
    private readonly LocalRolloutEngine _local;
    private readonly TimeProvider _time;

    private OpenAiRolloutEngine(
        VisionLanguageModel policy,
        RunConfiguration configuration,
        string weightsFolder,
        IReadOnlyList<RolloutServer> servers,
        IProcessGroup processes,
        TimeProvider time)
    {
        _policy = policy;
        _configuration = configuration;
        _dialect = ServerDialects.Named(configuration.Rollout.ServerApi);
        _processes = processes;
        _servers = servers;
        _published = new PublishedPolicy(policy, configuration.Rollout, servers, weightsFolder, time);
        _dispatcher = new RolloutDispatcher(
            servers, _published, configuration.Rollout, processes.Rank, processes.Size, time);
        _reading = new SampleReading(policy.Tokenizer, policy.Network.Config);
        _local = new LocalRolloutEngine(policy.Network, configuration.Rollout);
        _time = time;
    }

    /// <summary>Finds the servers of <c>rollout.servers</c>. Nothing is drawn before <see cref="UsePolicy"/>.</summary>
    /// <param name="policy">Its weights are what servers are given.</param>
    /// <param name="configuration">Of the run.</param>
    /// <param name="weightsFolder">The run's own, where weights are written unless the configuration says.</param>
    /// <param name="processes">Those that draw from the same policy; null: this one alone.</param>
    /// <param name="time">By which servers are late, hedged and left to rest; null: the system's.</param>
    /// <exception cref="BadInputException">No server answers, or one refuses the token.</exception>
    public static OpenAiRolloutEngine Connect(
        VisionLanguageModel policy,
        RunConfiguration configuration,
        string weightsFolder,
        CancellationToken cancellation,
        IProcessGroup? processes = null,
        TimeProvider? time = null)
    {
        RolloutSettings settings = configuration.Rollout;
        string? key = KeyOf(settings);
        time ??= TimeProvider.System;
        RolloutServer[] servers =
            [.. settings.ServerAddresses().Select(address => new RolloutServer(address, key, time))];
        try
        {
            // One that is down now may come back.
            ServerFaultException?[] faults = Wait(() =>
                Task.WhenAll(servers.Select(server => FindAsync(server, settings, time, cancellation))));
            if (Array.TrueForAll(faults, fault => fault is not null))
            {
                throw new BadInputException(
                    $"No server of rollout.servers answers: {faults[0]!.Message}", faults[0]!);
            }
            return new OpenAiRolloutEngine(
                policy, configuration, weightsFolder, servers, processes ?? new SingleProcess(), time);
        }
        catch
        {
            Array.ForEach(servers, server => server.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void UsePolicy(int version, CancellationToken cancellation)
    {
        // In all processes, before one of them removes the files.
        _processes.Do(() => Wait(_published.WithdrawAsync));
        _processes.Do(() =>
        {
            if (_processes.Rank == 0)
            {
                _published.Write(version);
                Wait(() => LoadAsync(cancellation));
            }
        });
        Announcement said = JsonSerializer.Deserialize<Announcement>(_processes.OfFirst(
            JsonSerializer.SerializeToUtf8Bytes(new Announcement(
                _published.Prefix, version, [.. _servers.Select(server => server.Version)]))))!;
        if (_processes.Rank > 0)
        {
            _published.Adopt(said.Prefix, said.Version);
            foreach ((RolloutServer server, int? has) in _servers.Zip(said.ServerVersions))
            {
                server.Version = has;
                if (has != said.Version)
                {
                    server.Failed(); // The first process may still be at it.
                }
            }
        }
    }

    // Work can begin once one server has the policy. The others get as long again: a server that hangs would hold up
    // every update. What it does not take by then it takes beside the work, or before it is given any.
    private async Task LoadAsync(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        List<Task<bool>> loading = [.. _servers.Select(TakesAsync)];
        bool taken = false;
        while (!taken && loading.Count > 0)
        {
            Task<bool> next = await Task.WhenAny(loading);
            loading.Remove(next);
            taken = await next;
        }
        TimeSpan taking = _time.GetElapsedTime(start);
        TimeSpan grace = taking > LeastGrace ? taking : LeastGrace;
        await Task.WhenAny(Task.WhenAll(loading), Task.Delay(grace, _time, cancellation));
        cancellation.ThrowIfCancellationRequested();

        async Task<bool> TakesAsync(RolloutServer server)
        {
            try
            {
                await _published.LoadIntoAsync(server, cancellation);
                return true;
            }
            catch (ServerFaultException)
            {
                server.Failed();
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public RolloutIncidents? TakeIncidents()
    {
        RolloutIncidents own = _dispatcher.TakeIncidents();
        double[] sums = _processes.Sum(own.StaleSamples, own.FailedRequests, own.HedgedRequests);
        return new RolloutIncidents((int)sums[0], (int)sums[1], (int)sums[2]);
    }

    /// <inheritdoc/>
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
    {
        ServerPrompt?[] prompts =
        [
            .. requests.Select(request =>
                ServerPrompt.Of(request, _policy.Tokenizer, _policy.Network.Config) is { } prompt && CanBeSaid(prompt)
                    ? prompt
                    : null),
        ];
        var generations = new Generation[requests.Count][];
        DrawHere(requests, prompts, sampling, generations, cancellation);
        DrawThere(requests, prompts, sampling, generations, cancellation);
        return generations;
    }

    public void Dispose()
    {
        Wait(_published.WithdrawAsync);
        if (_processes.Rank == 0)
        {
            _published.Remove();
        }
        _published.Dispose();
        foreach (RolloutServer server in _servers)
        {
            server.Dispose();
        }
    }

    // Not even the variable's name is shown: it could be the token itself, put there by mistake.
    private static string? KeyOf(RolloutSettings settings)
    {
        if (settings.ApiKeyVariable is not string variable)
        {
            return null;
        }
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key
            && key.All(character => character is > ' ' and <= '~')
            ? key
            : throw new BadInputException(
                "rollout.api_key_variable must name an environment variable that holds a token of printable ASCII");
    }

    private static async Task<ServerFaultException?> FindAsync(
        RolloutServer server, RolloutSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(settings.RequestTimeout), time);
        using CancellationTokenSource limit =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            await server.FindModelAsync(limit.Token);
            return null;
        }
        catch (ServerFaultException error)
        {
            server.Failed();
            return error;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            server.Failed();
            return new ServerFaultException($"{server.Address} does not answer", error);
        }
    }

    // The loop is synchronous: nothing goes on beside a rollout. What it waits for must not wait for its thread.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private static void Wait(Func<Task> work) => Task.Run(work).GetAwaiter().GetResult();

    private bool SendsTokens => _configuration.Rollout.Prompts == "tokens";

    private bool CanBeSaid(ServerPrompt prompt) => SendsTokens || prompt.Chat is not null;

    // What no message says, such as a prefix that ends inside a character, the policy continues itself.
    private void DrawHere(
        IReadOnlyList<RolloutRequest> requests,
        ServerPrompt?[] prompts,
        SamplingSettings sampling,
        Generation[][] generations,
        CancellationToken cancellation)
    {
        int[] here = [.. Enumerable.Range(0, requests.Count).Where(i => prompts[i] is null)];
        Generation[][] drawn = here.Length == 0
            ? []
            : _local.Generate([.. here.Select(i => requests[i])], sampling, cancellation);
        foreach ((int request, Generation[] samples) in here.Zip(drawn))
        {
            generations[request] = samples;
        }
    }

    private void DrawThere(
        IReadOnlyList<RolloutRequest> requests,
        ServerPrompt?[] prompts,
        SamplingSettings sampling,
        Generation[][] generations,
        CancellationToken cancellation)
    {
        RolloutJob[] jobs =
        [
            .. requests.SelectMany((request, i) => prompts[i] is { } prompt ? JobsOf(request, i, prompt) : []),
        ];
        var images = new ConcurrentDictionary<ProcessedImage, Lazy<string>>(ReferenceEqualityComparer.Instance);
        Generation[][] drawn = Wait(() => _dispatcher.DrawAsync(
            jobs,
            (server, version, job, ends) => AskAsync(server, version, job, sampling, images, ends),
            cancellation));
        if (sampling.Measure)
        {
            drawn = Measure(jobs, drawn, requests, sampling, cancellation);
        }
        foreach ((RolloutJob job, Generation[] samples) in jobs.Zip(drawn))
        {
            generations[job.Request] ??= new Generation[requests[job.Request].Streams.Count];
            samples.CopyTo(generations[job.Request], job.FirstSample);
        }
    }

    private IEnumerable<RolloutJob> JobsOf(RolloutRequest request, int place, ServerPrompt prompt) => request.Streams
        .Index()
        .Chunk(_configuration.Rollout.SamplesPerRequest ?? request.Streams.Count)
        .Select(samples => new RolloutJob(
            place, samples[0].Index, samples.Length, prompt, request.MaxTokens, samples[0].Item.Next()));

    private async Task<(Generation[] Drawn, string? Label)> AskAsync(
        RolloutServer server,
        int version,
        RolloutJob job,
        SamplingSettings sampling,
        ConcurrentDictionary<ProcessedImage, Lazy<string>> images,
        CancellationToken cancellation)
    {
        if (server.Model.Length == 0)
        {
            await server.FindModelAsync(cancellation);
        }
        (string model, string? adapter) = _published.NamesFor(server, version);
        var request = new ServerRequest(
            job,
            sampling,
            model,
            adapter,
            [.. job.Prompt.Images.Select(image => images.GetOrAdd(image, _ => new(() => DataUrlOf(image))).Value)],
            _policy.Network.Config.Tokens.Stops);
        IServerCall call = CallFor(job.Prompt);
        ServerReply reply =
            await server.PostAsync(call.Path, body => call.Write(body, request), call.Read, cancellation);
        // A label names the weights below an adapter, never the adapter.
        bool labels = _dialect.LabelsWeights && _policy.Network.Adapter is null;
        return (_reading.Read(job, reply), labels ? reply.WeightVersion : null);
    }

    private IServerCall CallFor(ServerPrompt prompt) =>
        SendsTokens ? _dialect.CallWithTokens(prompt) : new ChatCall();

    // As the vision tower sees it: already resized, so that every server makes the same patches of it.
    private string DataUrlOf(ProcessedImage image) => "data:image/png;base64,"
        + Convert.ToBase64String(ImageDecoder.EncodePng(_policy.Images.PixelsOf(image)));

    private Generation[][] Measure(
        RolloutJob[] jobs,
        Generation[][] drawn,
        IReadOnlyList<RolloutRequest> requests,
        SamplingSettings sampling,
        CancellationToken cancellation)
    {
        Generation[] measured = Rescoring.Measure(
            _policy.Network,
            [.. jobs.SelectMany(job => Enumerable.Repeat(requests[job.Request], job.Samples))],
            [.. drawn.SelectMany(samples => samples)],
            _configuration.Learning.MicroBatchTokens,
            sampling.Temperature > 0 ? sampling.Temperature : 1,
            cancellation);
        int next = 0;
        return [.. jobs.Select(job => measured[next..(next += job.Samples)])];
    }

    // What the first process tells the others: how versions are called, and who has which.
    private sealed record Announcement(string Prefix, int Version, IReadOnlyList<int?> ServerVersions);
}
