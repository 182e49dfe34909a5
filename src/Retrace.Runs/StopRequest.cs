namespace Retrace.Runs;

/// <summary>
/// A request from another process to end a run as an interruption would: the file <see cref="RunFolder.Stop"/> in its
/// folder.
/// </summary>
/// <remarks>
/// A file rather than a signal: it reaches a run in a container or on another machine, works on every system, and
/// cannot hit a process that has got the number of one that is gone.
/// </remarks>
public sealed class StopRequest : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly string _path;
    private readonly CancellationTokenSource _stop;
    private readonly Timer _timer;

    private StopRequest(string path, CancellationToken interruption)
    {
        _path = path;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(interruption);
        _timer = new Timer(_ => Look(), state: null, Interval, Interval);
    }

    /// <summary>Whether the run has been asked to end.</summary>
    public bool IsMade { get; private set; }

    /// <summary>Cancelled when the run is asked to end, and when it is interrupted.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Asks the run in a folder to end.</summary>
    /// <exception cref="IOException">The folder is gone, or cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written to.</exception>
    public static void Make(string directory) => File.WriteAllBytes(Path.Combine(directory, RunFolder.Stop), []);

    /// <summary>Whether the run in a folder has been asked to end and has not ended yet.</summary>
    public static bool IsMadeIn(string directory) => File.Exists(Path.Combine(directory, RunFolder.Stop));

    /// <summary>Removes a request that the last run in a folder has left; <see cref="RunLock.Take"/> does so.</summary>
    /// <param name="directory">The folder of a run that this process holds the lock of.</param>
    /// <exception cref="IOException">The request cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed.</exception>
    internal static void Forget(string directory) => File.Delete(Path.Combine(directory, RunFolder.Stop));

    /// <summary>Watches a folder for the request.</summary>
    /// <param name="directory">The folder of a run that this process holds the lock of.</param>
    /// <param name="interruption">What else ends the run.</param>
    public static StopRequest WatchFor(string directory, CancellationToken interruption) =>
        new(Path.Combine(directory, RunFolder.Stop), interruption);

    /// <summary>Stops watching and removes the request, if one was made.</summary>
    public void Dispose()
    {
        _timer.DisposeAsync().AsTask().Wait(); // No look is under way any more.
        _stop.Dispose();
        File.Delete(_path);
    }

    private void Look()
    {
        if (!IsMade && File.Exists(_path))
        {
            IsMade = true;
            _stop.Cancel();
        }
    }
}

/// <summary>A run ended because it was asked to by a <see cref="StopRequest"/>.</summary>
public sealed class RunStoppedException(OperationCanceledException cause)
    : OperationCanceledException("The run was asked to stop.", cause);
