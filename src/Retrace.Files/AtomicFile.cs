namespace Retrace.Files;

/// <summary>Writes files so that no reader ever sees one half-written.</summary>
public static class AtomicFile
{
    private const string Unfinished = ".partial";

    /// <summary>
    /// Writes beside <paramref name="path"/>, then renames; on failure the old file stays as it was. What has been
    /// written is on the disk when this returns.
    /// </summary>
    /// <exception cref="BadInputException">The place cannot be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string directory = Path.GetDirectoryName(full)!;
        string temporary = $"{full}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            Directory.CreateDirectory(directory);
            using (FileStream stream = new(temporary, FileMode.CreateNew))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
            DirectoryFlush.ToDisk(directory);
        }
        catch (Exception error)
        {
            Remove(temporary);
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{path}: cannot be written: {error.Message}", error);
            }
            throw;
        }
    }

    /// <summary>Removes the unfinished files that killed processes left in a folder.</summary>
    public static void RemoveUnfinished(string directory)
    {
        foreach (string temporary in Directory.EnumerateFiles(directory, "*" + Unfinished))
        {
            Remove(temporary);
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What kept the file from being written is the thing to tell.
        }
    }
}
