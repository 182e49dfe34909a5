namespace Retrace;

/// <summary>Writes a file that is never seen half-written.</summary>
public static class AtomicFile
{
    /// <summary>Writes beside <paramref name="path"/>, then renames; on failure the old file stays as it was.</summary>
    /// <exception cref="BadInputException">The place cannot be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (FileStream stream = new(temporary, FileMode.CreateNew))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception error)
        {
            File.Delete(temporary);
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{path}: cannot be written: {error.Message}", error);
            }
            throw;
        }
    }
}
