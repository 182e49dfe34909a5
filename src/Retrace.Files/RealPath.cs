namespace Retrace.Files;

/// <summary>Where a path leads once all links on the way are followed.</summary>
public static class RealPath
{
    private const int MostLinks = 40; // As Linux allows.

    /// <summary>Whether a path, which need not exist, lies below a folder or is that folder, links followed.</summary>
    public static bool IsWithin(string folder, string path) =>
        Of(folder) is string root && Of(path) is string real
        && (Path.GetRelativePath(root, real) == "." || RelativePath.Below(root, real) is not null);

    /// <summary>The absolute path without links and dots; null where links lead in a circle.</summary>
    /// <exception cref="IOException">A folder on the way cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be read.</exception>
    public static string? Of(string path)
    {
        string full = Path.GetFullPath(path);
        string resolved = Path.GetPathRoot(full)!;
        Stack<string> rest = new();
        Push(rest, full[resolved.Length..]);
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            string next = part == ".." ? Path.GetDirectoryName(resolved) ?? resolved : Path.Combine(resolved, part);
            if (new FileInfo(next).LinkTarget is not string target)
            {
                resolved = next;
                continue;
            }
            if (++links > MostLinks)
            {
                return null;
            }
            string root = Path.GetPathRoot(target)!;
            resolved = root.Length > 0 ? root : resolved;
            Push(rest, target[root.Length..]);
        }
        return resolved;
    }

    private static void Push(Stack<string> rest, string path)
    {
        string[] parts = path.Split(
            [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts.Reverse().Where(part => part != "."))
        {
            rest.Push(part);
        }
    }
}
