using Retrace.Files;

namespace Retrace.Data.Published;

/// <summary>A data set as its authors publish it.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">The title with the split, for people.</param>
/// <param name="Paper">The paper that describes it.</param>
/// <param name="Layouts">The forms that are read, the preferred one first.</param>
/// <param name="Records">How many the authors count; null where they do not say.</param>
public sealed record PublishedSet(
    string Name, string Title, string Paper, IReadOnlyList<PublishedFiles> Layouts, int? Records)
{
    /// <summary>The data set's files at a path: the file itself, or those below a folder.</summary>
    /// <returns>In name order.</returns>
    /// <exception cref="BadInputException">
    /// There are none, some are missing, or one is a pointer to what has not been fetched.
    /// </exception>
    public IReadOnlyList<string> FilesAt(string path)
    {
        IReadOnlyList<string> files = File.Exists(path) ? [path] : FilesBelow(path);
        foreach (string file in files)
        {
            if (IsLfsPointer(file))
            {
                throw new BadInputException(GitLfs.Complaint(file));
            }
        }
        return files;
    }

    private IReadOnlyList<string> FilesBelow(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"{folder}: there is no such data file or folder");
        }
        foreach (PublishedFiles layout in Layouts)
        {
            string[] found = Directory.GetFiles(folder, layout.Pattern, SearchOption.AllDirectories);
            Array.Sort(found, StringComparer.Ordinal);
            if (found.Length > 0 && layout.Count is int count && found.Length != count)
            {
                throw new BadInputException(
                    $"{folder}: {Title} has {count} files {layout.Pattern}, but there are {found.Length}; "
                    + $"retrace data get {Name} says what to fetch");
            }
            if (found.Length > 0)
            {
                return found;
            }
        }
        string patterns = string.Join(" or ", Layouts.Select(layout => layout.Pattern));
        throw new BadInputException(
            $"{folder}: no {patterns} of {Title} lies in or below this folder; "
            + $"retrace data get {Name} says what to fetch");
    }

    private static bool IsLfsPointer(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            byte[] start = new byte[GitLfs.Beginning];
            return GitLfs.IsPointer(
                start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file}: the data cannot be read: {error.Message}", error);
        }
    }
}
