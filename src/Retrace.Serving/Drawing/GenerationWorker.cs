using System.Threading.Channels;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Drawing;

/// <summary>
/// The one thread that works with the model. Requests that wait for it and draw alike are drawn together; what changes
/// the model comes between, in the order of arrival.
/// </summary>
internal sealed class GenerationWorker : IAsyncDisposable
{
    private readonly ServedModels _models;
    private readonly ServerSettings _settings;
    private readonly Channel<Work> _arriving = Channel.CreateUnbounded<Work>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private int _unfinished;

    public GenerationWorker(ServedModels models, ServerSettings settings)
    {
        _models = models;
        _settings = settings;
        _loop = Task.Factory.StartNew(Loop, TaskCreationOptions.LongRunning);
    }

    /// <summary>Draws the samples of a request.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="onToken">Called with (sample, token) as tokens are drawn; must not block.</param>
    /// <exception cref="ApiException">Too many are waiting, or the model does not exist any more.</exception>
    /// <exception cref="OperationCanceledException">The one who asked has gone.</exception>
    public async Task<(Generation[] Samples, string Version)> GenerateAsync(
        string model,
        RolloutRequest request,
        SamplingSettings sampling,
        Action<int, int>? onToken,
        CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _unfinished) > _settings.Limits.MaxRequests)
        {
            Interlocked.Decrement(ref _unfinished);
            throw new ApiException(429, "rate_limit_error", "Too many requests are waiting; ask again later.");
        }
        try
        {
            var draw = new Draw(model, request, sampling, onToken, cancellation);
            Arrive(draw);
            return await draw.Done.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _unfinished);
        }
    }

    /// <summary>Changes the model, when what arrived before has been drawn.</summary>
    public async Task ChangeAsync(Action<ServedModels> change)
    {
        var work = new Change(change);
        Arrive(work);
        await work.Done.Task;
    }

    /// <summary>Ends what is being drawn, and refuses what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _arriving.Writer.TryComplete();
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static ApiException Ending() => new(503, "server_error", "The server is about to end.");

    private void Arrive(Work work)
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
            if (waiting[0] is Change change)
            {
                waiting.RemoveAt(0);
                change.Do(_models);
                continue;
            }
            var first = (Draw)waiting[0];
            Draw[] together =
            [
                .. waiting.TakeWhile(work => work is Draw).Cast<Draw>()
                    .Where(draw => draw.Model == first.Model && draw.Sampling == first.Sampling),
            ];
            waiting.RemoveAll(work => together.Contains(work));
            DrawTogether(together);
        }
    }

    private void DrawTogether(Draw[] draws)
    {
        Draw[] wanted = [.. draws.Where(draw => !draw.IsGivenUp())];
        if (wanted.Length == 0)
        {
            return;
        }
        // A batch ends early only when nobody waits for any of it.
        using CancellationTokenSource nobody = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        int listening = wanted.Length;
        CancellationTokenRegistration[] registrations =
        [
            .. wanted.Select(draw => draw.Cancellation.Register(() =>
            {
                if (Interlocked.Decrement(ref listening) == 0)
                {
                    nobody.Cancel();
                }
            })),
        ];
        try
        {
            var engine = new LocalRolloutEngine(
                _models.Find(wanted[0].Model).Network, _settings.MaxBatchSequences, _settings.MaxPrefillTokens);
            Generation[][] drawn = engine.Generate(
                [.. wanted.Select(draw => draw.Request)],
                wanted[0].Sampling,
                nobody.Token,
                (request, sample, token) => wanted[request].OnToken?.Invoke(sample, token));
            foreach ((Draw draw, Generation[] samples) in wanted.Zip(drawn))
            {
                draw.Done.TrySetResult((samples, _models.Version));
            }
        }
        catch (Exception error) // Whatever it is, those who wait must hear of it, and the next batch may do better.
        {
            Exception told = error is OperationCanceledException && _stop.IsCancellationRequested
                ? Ending()
                : error;
            Array.ForEach(wanted, draw => draw.Fail(told));
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

    private sealed class Draw(
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

        public bool IsGivenUp() => Cancellation.IsCancellationRequested && Done.TrySetCanceled(Cancellation);
    }

    private sealed class Change(Action<ServedModels> action) : Work
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception error) => Done.TrySetException(error);

        public void Do(ServedModels models)
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
