namespace Retrace.Data.Formats;

/// <summary>Where problems come from: a file or folder, or a source that a program supplies.</summary>
/// <remarks>A file is opened late, because the settings say where its images may lie.</remarks>
internal sealed class ProblemOrigin
{
    private readonly Func<bool, string?, IProblemSource> _open;

    /// <param name="path">See <see cref="ProblemSources.Open"/>.</param>
    public ProblemOrigin(string path)
    {
        Name = path;
        Identity = Path.GetFullPath(path);
        IsFile = true;
        _open = (allowOutsideImages, imageFolder) => ProblemSources.Open(path, allowOutsideImages, imageFolder);
    }

    /// <param name="source">A source that a program supplies.</param>
    public ProblemOrigin(IProblemSource source)
    {
        Name = source.Name;
        Identity = source.Name;
        OneReaderAtATime shared = new(source);
        _open = (_, _) => shared;
    }

    /// <summary>What messages and results call it: the path, or the source's name.</summary>
    public string Name { get; }

    /// <summary>What tells it from others: the full path, or the source's name.</summary>
    public string Identity { get; }

    /// <summary>Whether it is a file or folder.</summary>
    public bool IsFile { get; }

    /// <param name="allowOutsideImages">Of a file: whether its images may lie outside its folder.</param>
    /// <param name="imageFolder">Of a file: the folder that its images lie in; null: its own.</param>
    /// <exception cref="BadInputException">There is no such file, or none that can be read.</exception>
    public IProblemSource Open(bool allowOutsideImages, string? imageFolder) => _open(allowOutsideImages, imageFolder);
}
