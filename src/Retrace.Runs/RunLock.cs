namespace Retrace.Runs;

/// <summary>Shows that a process is at work in a run's folder: a file that the process holds locked.</summary>
/// <remarks>
/// The lock ends with the process, however that ends. The file stays: removing it could remove the one that another
/// process has just locked.
/// </remarks>
public static class RunLock
{
    private const int Attempts = 4;

    /// <summary>
    /// Held until it is disposed or the process ends, however it ends. A <see cref="StopRequest"/> that the last run has
    /// left is removed: what is asked for from here on is for the run that is about to begin, also while it still loads.
    /// </summary>
    /// <exception cref="BadInputException">
    /// Another process is at work there, or the folder cannot be written to.
    /// </exception>
    public static IDisposable Take(string directory)
    {
        string path = Path.Combine(directory, RunFolder.Lock);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return TakeOnce(path, directory);
            }
            catch (IOException error) when (IsHeldElsewhere(error))
            {
                if (attempt == Attempts)
                {
                    throw new BadInputException(
                        $"Another process is at work in {directory}: it holds {RunFolder.Lock}.", error);
                }
                Thread.Sleep(20); // Who looks by IsHeld holds it for a moment.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"The run folder {directory} cannot be written to: {error.Message}", error);
            }
        }
    }

    private static FileStream TakeOnce(string path, string directory)
    {
        FileStream taken = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        try
        {
            StopRequest.Forget(directory);
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Whether a process is at work there.</summary>
    public static bool IsHeld(string directory)
    {
        string path = Path.Combine(directory, RunFolder.Lock);
        if (!File.Exists(path))
        {
            return false;
        }
        try
        {
            using FileStream unheld = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // EWOULDBLOCK, or ERROR_SHARING_VIOLATION: .NET has no exception of its own for these.
    private static bool IsHeldElsewhere(IOException error) => error.HResult == (
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020)
        : OperatingSystem.IsLinux() ? 11
        : 35);
}
