using System.IO.Hashing;
using Retrace.Files;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// The checksums of a checkpoint's files, in a file beside them: XXH128, a line each, as <c>xxh128sum -c</c> reads
/// them.
/// </summary>
/// <remarks>
/// They tell what a disk or a copy has damaged. They are no signature: who changes a file can change its line.
/// </remarks>
public static class Checksums
{
    public const string FileName = "checksums.xxh128";

    private const int BufferBytes = 1 << 20;

    /// <summary>
    /// Writes the checksums of all files in a folder and below it. When this returns all of it is on the disk.
    /// </summary>
    public static void Write(string directory)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != FileName)
                .Order(StringComparer.Ordinal),
        ];
        string[] lines = [.. files.Select(file =>
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, BufferBytes);
            string hash = HashOf(stream);
            stream.Flush(flushToDisk: true);
            return $"{hash}  {Path.GetRelativePath(directory, file).Replace('\\', '/')}\n";
        })];
        foreach (string below in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories))
        {
            DirectoryFlush.ToDisk(below);
        }
        AtomicFile.Write(Path.Combine(directory, FileName), stream =>
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            Array.ForEach(lines, writer.Write);
        });
    }

    /// <summary>
    /// Describes the damage in a folder that <see cref="Write"/> completed; null where there is none.
    /// </summary>
    /// <param name="ofModel">
    /// Only the files beside the checksums, which are the model's, and not those in folders below.
    /// </param>
    /// <returns>Half a sentence that names the file.</returns>
    public static string? FindDamage(string directory, bool ofModel = false)
    {
        string list = Path.Combine(directory, FileName);
        try
        {
            if (!File.Exists(list))
            {
                return $"{list} is missing";
            }
            foreach (string line in File.ReadLines(list))
            {
                if (line.Split("  ", 2) is not [string hash, string name] || !IsBelow(name))
                {
                    return $"{list} is broken";
                }
                if (!(ofModel && name.Contains('/')) && FindDamage(Path.Combine(directory, name), hash) is string damage)
                {
                    return damage;
                }
            }
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"a file cannot be read: {error.Message}";
        }
    }

    /// <summary>Checks the model's files in a folder that has checksums; one without passes.</summary>
    /// <exception cref="BadInputException">A file is not what it was when the checksums were written.</exception>
    public static void CheckModel(string directory)
    {
        if (File.Exists(Path.Combine(directory, FileName)) && FindDamage(directory, ofModel: true) is string damage)
        {
            throw new BadInputException(
                $"{damage}, so the model is not loaded; take another checkpoint, or remove {FileName} if the change is meant.");
        }
    }

    private static string? FindDamage(string file, string hash)
    {
        if (!File.Exists(file))
        {
            return $"{file} is missing";
        }
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        return HashOf(stream) == hash ? null : $"{file} is not what was written: its checksum differs";
    }

    // A list may come from elsewhere.
    private static bool IsBelow(string name) =>
        !Path.IsPathRooted(name) && name.Length > 0 && !name.Split('/', '\\').Contains("..");

    private static string HashOf(Stream stream)
    {
        var hash = new XxHash128();
        hash.Append(stream);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
