namespace Retrace.Files;

/// <summary>Reads whole files of untrusted origin.</summary>
public static class InputFile
{
    /// <summary>
    /// Reads the bytes of a file up to a given size. A device, or a pipe that nobody writes to, counts as an empty
    /// file: it is never opened.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The largest size accepted, in bytes.</param>
    /// <exception cref="BadInputException">It is larger.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path, long most)
    {
        long length = LengthOf(path);
        if (length > most)
        {
            throw new BadInputException($"The file {path} has {length} bytes; at most {most} are read.");
        }
        if (length == 0)
        {
            return [];
        }
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Bytes of a file; of a symbolic link, those of the file that it leads to.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It is not there, or leads nowhere.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static long LengthOf(string path)
    {
        FileInfo file = new(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;
    }

    /// <summary>The text of such a file, UTF-8 where it has no byte order mark that says otherwise.</summary>
    /// <inheritdoc cref="ReadAllBytes"/>
    public static string ReadAllText(string path, long most)
    {
        using StreamReader reader = new(new MemoryStream(ReadAllBytes(path, most)));
        return reader.ReadToEnd();
    }
}
