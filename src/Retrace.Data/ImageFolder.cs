using Retrace.Files;
using Retrace.Problems;

namespace Retrace.Data;

/// <summary>Where the image files of a data file lie.</summary>
/// <param name="Path">Where paths start.</param>
/// <param name="AllowsOutside">Whether paths, and links on the way, may lead out of it.</param>
/// <param name="Name">What messages call it.</param>
internal sealed record ImageFolder(string Path, bool AllowsOutside, string Name)
{
    private const int QuotedPath = 200; // Characters.
    private const string FileScheme = "file://";

    /// <summary>The image folder of a data file: the one that the file lies in, unless another is named.</summary>
    /// <exception cref="BadInputException">The named one does not exist.</exception>
    public static ImageFolder Of(string file, bool allowsOutside, string? named = null)
    {
        if (named is null)
        {
            string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
            return new ImageFolder(folder, allowsOutside, "the data file's folder");
        }
        return Directory.Exists(named)
            ? new ImageFolder(System.IO.Path.GetFullPath(named), allowsOutside, "data.image_dir")
            : throw new BadInputException($"data.image_dir: there is no folder {named}");
    }

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
        path = path.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) ? path[FileScheme.Length..] : path;
        if (path.Contains("://"))
        {
            throw new UnusableRecordException($"its image {shown} is a URL, and nothing is fetched from anywhere");
        }
        string full = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, path));
        // Said the same of what exists outside and of what does not.
        if (!AllowsOutside && (RelativePath.Below(System.IO.Path.GetFullPath(Path), full) is null || LinksOut(full)))
        {
            throw new UnusableRecordException(
                $"its image path {shown} leads out of {Name}, which data.allow_outside_images would allow");
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
