using Retrace.Runs;

namespace Retrace.Training.Evolution;

/// <summary>
/// The folder of a run that has not begun, made and locked for what has to lie there while the run is still being
/// checked: the weights that rollout servers load. A run that is refused leaves no folder behind.
/// </summary>
internal sealed class UnbegunFolder : IDisposable
{
    private readonly string _directory;
    private readonly bool _isNew;
    private IDisposable? _lock;

    private UnbegunFolder(string directory, bool isNew, IDisposable taken)
    {
        _directory = directory;
        _isNew = isNew;
        _lock = taken;
    }

    /// <exception cref="BadInputException">
    /// Another process is at work there, or the folder cannot be written to.
    /// </exception>
    public static UnbegunFolder Make(string directory)
    {
        bool isNew = !Directory.Exists(directory);
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The run folder {directory} cannot be written to: {error.Message}", error);
        }
        return new UnbegunFolder(directory, isNew, RunLock.Take(directory));
    }

    /// <summary>The run begins: the folder stays.</summary>
    /// <returns>The lock on it.</returns>
    public IDisposable Begin()
    {
        IDisposable taken = _lock!;
        _lock = null;
        return taken;
    }

    /// <summary>Removes a new folder in which no run has begun; rollout weights have to be gone by then.</summary>
    public void Dispose()
    {
        if (_lock is not null && _isNew)
        {
            Remove();
        }
        _lock?.Dispose();
    }

    // Folders go only where they are empty: what somebody else has put there stays.
    private void Remove()
    {
        if (OperatingSystem.IsWindows())
        {
            _lock!.Dispose(); // An open file cannot be removed there. Elsewhere the lock goes while it is held.
        }
        try
        {
            string weights = Path.Combine(_directory, RunFolder.RolloutWeights);
            if (Directory.Exists(weights))
            {
                Directory.Delete(weights);
            }
            File.Delete(Path.Combine(_directory, RunFolder.Lock));
            Directory.Delete(_directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What is left holds no run, and is in the way of none.
        }
    }
}
