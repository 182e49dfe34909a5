using System.Collections.Concurrent;
using System.Text.Json;
using Retrace.Configuration;
using Retrace.Images;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.RolloutServers;
using Retrace.Training.DataParallel;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>Generates on OpenAI-compatible servers (vLLM, SGLang, <c>retrace serve-model</c>).</summary>
/// <remarks>
/// Samples do not depend on which server generates them, because seeds follow from a sample's place. Log-probabilities
/// and entropies are computed afterwards by the policy in this process; the servers' log-probabilities are kept as
/// well, for truncated importance sampling. In a job of several processes each has all servers generate its own share
/// of the samples; the first process writes the policy and makes the servers load it.
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
    private readonly IReadOnlyList<int> _neverSampled; // Those that the model has; servers refuse to ban others.
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
        ModelConfig model = policy.Network.Config;
        _neverSampled = [.. model.Tokens.NeverSampled.Where(token => token < model.Text.VocabularySize)];
        _time = time;
    }

    /// <summary>Connects to <c>rollout.servers</c>. <see cref="UsePolicy"/> must be called before generating.</summary>
    /// <param name="policy">The policy whose weights the servers load.</param>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="weightsFolder">Folder for weights, unless <c>rollout.weights_folder</c> names another.</param>
    /// <param name="processes">The processes of the job; null: this one alone.</param>
    /// <param name="time">The clock of timeouts, hedging and pauses; null: the system's.</param>
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
            // A server that is down now may come back, so one is enough.
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
        // Every process stops loading before the first one removes the files.
        _processes.RunOnAll(() => Wait(_published.WithdrawAsync));
        _processes.RunOnAll(() =>
        {
            if (_processes.Rank == 0)
            {
                _published.Write(version);
                Wait(() => LoadAsync(cancellation));
            }
        });
        Announcement announced = JsonSerializer.Deserialize<Announcement>(_processes.Broadcast(
            JsonSerializer.SerializeToUtf8Bytes(new Announcement(
                _published.Prefix, version, [.. _servers.Select(server => server.Version)]))))!;
        if (_processes.Rank > 0)
        {
            _published.Adopt(announced.Prefix, announced.Version);
            foreach ((RolloutServer server, int? has) in _servers.Zip(announced.ServerVersions))
            {
                server.Version = has;
                if (has != announced.Version)
                {
                    server.Failed(); // The first process may still be making it load.
                }
            }
        }
    }

    // Sampling can begin once one server has the policy. The others get as much time again, so that a server that hangs
    // does not hold up every update. A slower server finishes loading meanwhile, before it is given any work.
    private async Task LoadAsync(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        List<Task<bool>> loading = [.. _servers.Select(LoadsAsync)];
        bool loaded = false;
        while (!loaded && loading.Count > 0)
        {
            Task<bool> next = await Task.WhenAny(loading);
            loading.Remove(next);
            loaded = await next;
        }
        TimeSpan elapsed = _time.GetElapsedTime(start);
        TimeSpan grace = elapsed > LeastGrace ? elapsed : LeastGrace;
        await Task.WhenAny(Task.WhenAll(loading), Task.Delay(grace, _time, cancellation));
        cancellation.ThrowIfCancellationRequested();

        async Task<bool> LoadsAsync(RolloutServer server)
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
    public RolloutLoad? TakeLoad()
    {
        (TimeSpan sampling, TimeSpan[] own) = _dispatcher.TakeOccupation();
        double[] all = _processes.Sum(Array.ConvertAll(own, busy => busy.TotalSeconds));
        // Requests of several processes may overlap, so that a server is taken for busier than it was, never for less.
        double busy = all.Average(seconds => Math.Min(seconds, sampling.TotalSeconds));
        return new RolloutLoad(
            _local.TakeDecodingLoad(), new ServerLoad(_servers.Count, sampling, TimeSpan.FromSeconds(busy)));
    }

    /// <inheritdoc/>
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
    {
        ServerPrompt?[] prompts =
        [
            .. requests.Select(request =>
                ServerPrompt.Of(request, _policy.Tokenizer, _policy.Network.Config) is { } prompt && CanBeSent(prompt)
                    ? prompt
                    : null),
        ];
        var generations = new Generation[requests.Count][];
        GenerateHere(requests, prompts, sampling, generations, cancellation);
        GenerateOnServers(requests, prompts, sampling, generations, cancellation);
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

    // The message does not quote the variable's name, which could be the token itself, written there by mistake.
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

    // The training loop is synchronous. Task.Run keeps continuations off its thread, so waiting cannot deadlock.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private static void Wait(Func<Task> work) => Task.Run(work).GetAwaiter().GetResult();

    private bool SendsTokens => _configuration.Rollout.Prompts == "tokens";

    private bool CanBeSent(ServerPrompt prompt) => SendsTokens || prompt.Chat is not null;

    // Prompts that cannot be sent, such as a prefix that ends inside a character, are continued in this process.
    private void GenerateHere(
        IReadOnlyList<RolloutRequest> requests,
        ServerPrompt?[] prompts,
        SamplingSettings sampling,
        Generation[][] generations,
        CancellationToken cancellation)
    {
        int[] here = [.. Enumerable.Range(0, requests.Count).Where(i => prompts[i] is null)];
        Generation[][] generated = here.Length == 0
            ? []
            : _local.Generate([.. here.Select(i => requests[i])], sampling, cancellation);
        foreach ((int request, Generation[] samples) in here.Zip(generated))
        {
            generations[request] = samples;
        }
    }

    private void GenerateOnServers(
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
        Generation[][] generated = Wait(() => _dispatcher.GenerateAsync(
            jobs,
            (server, version, job, ends) => AskAsync(server, version, job, sampling, images, ends),
            cancellation));
        if (sampling.Measure)
        {
            generated = Measure(jobs, generated, requests, sampling, cancellation);
        }
        foreach ((RolloutJob job, Generation[] samples) in jobs.Zip(generated))
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

    private async Task<(Generation[] Samples, string? Label)> AskAsync(
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
            job.Prompt.Tokens,
            job.Samples,
            job.MaxTokens,
            job.Seed,
            sampling.Temperature,
            sampling.TopP,
            model,
            adapter,
            [.. job.Prompt.Images.Select(image => images.GetOrAdd(image, _ => new(() => DataUrlOf(image))).Value)],
            _policy.Network.Config.Tokens.Stops,
            _neverSampled);
        IServerCall call = CallFor(job.Prompt);
        ServerReply reply =
            await server.PostAsync(call.Path, body => call.Write(body, request), call.Read, cancellation);
        // A label names the weights below an adapter, never the adapter.
        bool labels = _dialect.LabelsWeights && _policy.Network.Adapter is null;
        return (_reading.Read(job, reply), labels ? reply.WeightVersion : null);
    }

    private IServerCall CallFor(ServerPrompt prompt) =>
        SendsTokens ? _dialect.CallWithTokens(prompt.Images.Count > 0) : new ChatCall(prompt.Chat!);

    // Already resized as the vision tower sees it, so that every server computes the same patches.
    private string DataUrlOf(ProcessedImage image) => "data:image/png;base64,"
        + Convert.ToBase64String(ImageDecoder.EncodePng(_policy.Images.PixelsOf(image)));

    private Generation[][] Measure(
        RolloutJob[] jobs,
        Generation[][] generated,
        IReadOnlyList<RolloutRequest> requests,
        SamplingSettings sampling,
        CancellationToken cancellation)
    {
        Generation[] measured = Rescoring.Measure(
            _policy.Network,
            [.. jobs.SelectMany(job => Enumerable.Repeat(requests[job.Request], job.Samples))],
            [.. generated.SelectMany(samples => samples)],
            _configuration.Learning.TokensAtOnce,
            sampling.Temperature > 0 ? sampling.Temperature : 1,
            cancellation);
        int next = 0;
        return [.. jobs.Select(job => measured[next..(next += job.Samples)])];
    }

    // What the first process tells the others: the prefix of labels, and which version each server has.
    private sealed record Announcement(string Prefix, int Version, IReadOnlyList<int?> ServerVersions);
}
