using Retrace.Files;
using Retrace.Problems;

namespace Retrace.Data;

/// <summary>Where the image files of a data file lie.</summary>
/// <param name="Path">The data file's folder, where paths start.</param>
/// <param name="AllowsOutside">Whether paths, and links on the way, may lead out of it.</param>
internal sealed record ImageFolder(string Path, bool AllowsOutside)
{
    private const int QuotedPath = 200; // Characters.

    /// <summary>The image folder of a data file: the one that the file lies in.</summary>
    public static ImageFolder Of(string file, bool allowsOutside) =>
        new(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!, allowsOutside);

    /// <summary>A folder inside this one, under the same rules.</summary>
    public ImageFolder Below(string name) => this with { Path = System.IO.Path.Combine(Path, name) };

    /// <summary>Finds the image file at a path relative to this folder.</summary>
    /// <exception cref="UnusableRecordException">
    /// The path leads out of the folder without being allowed to, is a URL, or there is no such file.
    /// </exception>
    public ProblemImage File(string path)
    {
        string shown = path.Length > QuotedPath ? path[..QuotedPath] + "…" : path;
        if (path.Length == 0 || path.Contains('\0'))
        {
            throw new UnusableRecordException($"its image path \"{shown}\" is no path");
        }
        if (path.Contains("://"))
        {
            throw new UnusableRecordException($"its image {shown} is a URL, and nothing is fetched from anywhere");
        }
        string full = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, path));
        // Said the same of what exists outside and of what does not.
        if (!AllowsOutside && (RelativePath.Below(System.IO.Path.GetFullPath(Path), full) is null || LinksOut(full)))
        {
            throw new UnusableRecordException(
                $"its image path {shown} leads out of the data file's folder, which data.allow_outside_images would allow");
        }
        if (!System.IO.File.Exists(full))
        {
            throw new UnusableRecordException($"its image {shown} does not exist");
        }
        return new ImageFile(full);
    }

    private bool LinksOut(string full)
    {
        try
        {
            return !RealPath.IsWithin(Path, full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
