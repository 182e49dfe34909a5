using System.Threading.Channels;
using Retrace.Serving.Requests;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Sampling;

/// <summary>
/// The only thread that uses the model. Waiting requests for the same model with the same sampling settings are
/// generated in one batch; changes of the model take their turn in the order of arrival.
/// </summary>
internal sealed class GenerationWorker : IAsyncDisposable
{
    private readonly ServedModels _models;
    private readonly int _maxRequests;
    private readonly int _maxBatchSequences;
    private readonly int _maxPrefillTokens;
    private readonly Channel<Work> _arriving = Channel.CreateUnbounded<Work>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _unfinished;

    /// <param name="models">The models that requests may ask for.</param>
    /// <param name="maxRequests">Maximum number of requests that are running or waiting.</param>
    /// <param name="maxBatchSequences">Maximum number of sequences that are decoded in one batch.</param>
    /// <param name="maxPrefillTokens">Maximum number of prompt tokens that are prefilled in one forward pass.</param>
    public GenerationWorker(ServedModels models, int maxRequests, int maxBatchSequences, int maxPrefillTokens)
    {
        _models = models;
        _maxRequests = maxRequests;
        _maxBatchSequences = maxBatchSequences;
        _maxPrefillTokens = maxPrefillTokens;
        _loop = Task.Factory.StartNew(Loop, TaskCreationOptions.LongRunning);
    }

    /// <summary>Generates the samples of a request.</summary>
    /// <param name="model">The name of the model or the adapter.</param>
    /// <param name="onToken">Called with (sample, token) for each sampled token; must not block.</param>
    /// <exception cref="ApiException">Too many requests are waiting, or the model no longer exists.</exception>
    /// <exception cref="OperationCanceledException">The client has disconnected.</exception>
    public async Task<(Generation[] Samples, string Version)> GenerateAsync(
        string model,
        RolloutRequest request,
        SamplingSettings sampling,
        Action<int, int>? onToken,
        CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _unfinished) > _maxRequests)
        {
            Interlocked.Decrement(ref _unfinished);
            throw new ApiException(429, "rate_limit_error", "Too many requests are waiting; ask again later.");
        }
        try
        {
            var job = new GenerationJob(model, request, sampling, onToken, cancellation);
            Enqueue(job);
            return await job.Done.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _unfinished);
        }
    }

    /// <summary>Changes the model after the requests that arrived earlier.</summary>
    public async Task ChangeAsync(Action<ServedModels> change)
    {
        var work = new ModelChange(change);
        Enqueue(work);
        await work.Done.Task;
    }

    /// <summary>Cancels the batch in progress and refuses the waiting requests.</summary>
    public async ValueTask DisposeAsync()
    {
        _arriving.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static ApiException Ending() => new(503, "server_error", "The server is shutting down.");

    private void Enqueue(Work work)
    {
        if (!_arriving.Writer.TryWrite(work))
        {
            throw Ending();
        }
    }

    private void Loop()
    {
        List<Work> waiting = [];
        while (waiting.Count > 0 || _arriving.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_arriving.Reader.TryRead(out Work? work))
            {
                waiting.Add(work);
            }
            if (_stop.IsCancellationRequested)
            {
                waiting.ForEach(work => work.Fail(Ending()));
                waiting.Clear();
                continue;
            }
            if (waiting[0] is ModelChange change)
            {
                waiting.RemoveAt(0);
                change.Apply(_models);
                continue;
            }
            var first = (GenerationJob)waiting[0];
            GenerationJob[] batch =
            [
                .. waiting.TakeWhile(work => work is GenerationJob).Cast<GenerationJob>()
                    .Where(job => job.Model == first.Model && job.Sampling == first.Sampling),
            ];
            waiting.RemoveAll(work => batch.Contains(work));
            Generate(batch);
        }
    }

    private void Generate(GenerationJob[] batch)
    {
        GenerationJob[] wanted = [.. batch.Where(job => !job.IsAbandoned())];
        if (wanted.Length == 0)
        {
            return;
        }
        // A batch is cancelled only when every client of it has disconnected.
        using CancellationTokenSource abandoned = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        int listening = wanted.Length;
        CancellationTokenRegistration[] registrations =
        [
            .. wanted.Select(job => job.Cancellation.Register(() =>
            {
                if (Interlocked.Decrement(ref listening) == 0)
                {
                    abandoned.Cancel();
                }
            })),
        ];
        try
        {
            var engine = new LocalRolloutEngine(
                _models.Find(wanted[0].Model).Network, _maxBatchSequences, _maxPrefillTokens);
            Generation[][] generated = engine.Generate(
                [.. wanted.Select(job => job.Request)],
                wanted[0].Sampling,
                abandoned.Token,
                (request, sample, token) => wanted[request].OnToken?.Invoke(sample, token));
            foreach ((GenerationJob job, Generation[] samples) in wanted.Zip(generated))
            {
                job.Done.TrySetResult((samples, _models.Version));
            }
        }
        catch (Exception error) // Any failure is reported to the clients; the next batch may succeed.
        {
            Exception told = error is OperationCanceledException && _stop.IsCancellationRequested
                ? Ending()
                : error;
            Array.ForEach(wanted, job => job.Fail(told));
        }
        finally
        {
            Array.ForEach(registrations, registration => registration.Dispose());
        }
    }

    private abstract class Work
    {
        public abstract void Fail(Exception error);
    }

    private sealed class GenerationJob(
        string model,
        RolloutRequest request,
        SamplingSettings sampling,
        Action<int, int>? onToken,
        CancellationToken cancellation) : Work
    {
        public string Model { get; } = model;

        public RolloutRequest Request { get; } = request;

        public SamplingSettings Sampling { get; } = sampling;

        public Action<int, int>? OnToken { get; } = onToken;

        public CancellationToken Cancellation { get; } = cancellation;

        public TaskCompletionSource<(Generation[], string)> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception error) => Done.TrySetException(error);

        public bool IsAbandoned() => Cancellation.IsCancellationRequested && Done.TrySetCanceled(Cancellation);
    }

    private sealed class ModelChange(Action<ServedModels> action) : Work
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception error) => Done.TrySetException(error);

        public void Apply(ServedModels models)
        {
            try
            {
                action(models);
                Done.TrySetResult();
            }
            catch (Exception error)
            {
                Done.TrySetException(error);
            }
        }
    }
}
