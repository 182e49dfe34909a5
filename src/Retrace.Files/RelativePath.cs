namespace Retrace.Files;

/// <summary>Paths as they are written, without following links.</summary>
public static class RelativePath
{
    /// <summary>The path of a file relative to a folder that it lies in, or null where it does not.</summary>
    public static string? Below(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path);
        bool outside = Path.IsPathRooted(relative) || relative is "." or ".." ||
            relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return outside ? null : relative;
    }
}
