namespace Retrace.Runs;

/// <summary>Says that a process is at work in a run's folder: a file that the process holds locked.</summary>
public static class RunLock
{
    private const int Attempts = 4;

    /// <summary>Held until it is disposed or the process ends, however it ends.</summary>
    /// <exception cref="BadInputException">Another process is at work there.</exception>
    public static IDisposable Take(string directory)
    {
        string path = Path.Combine(directory, RunFolder.Lock);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(
                    path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (attempt < Attempts)
            {
                Thread.Sleep(20); // Who looks by IsHeld holds it for a moment.
            }
            catch (IOException error)
            {
                throw new BadInputException(
                    $"Another process is at work in {directory}: it holds {RunFolder.Lock}.", error);
            }
        }
    }

    /// <summary>Whether a process is at work there. A file that a killed process left behind does not count.</summary>
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
}
