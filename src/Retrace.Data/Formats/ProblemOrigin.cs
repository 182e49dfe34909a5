namespace Retrace.Data.Formats;

/// <summary>Where problems come from: a file or folder, or a source that a program supplies.</summary>
/// <remarks>A file is opened late, because the settings say whether its images may lie elsewhere.</remarks>
internal sealed class ProblemOrigin
{
    private readonly Func<bool, IProblemSource> _open;

    /// <param name="path">See <see cref="ProblemSources.Open"/>.</param>
    public ProblemOrigin(string path)
    {
        Name = path;
        Identity = Path.GetFullPath(path);
        IsFile = true;
        _open = allowOutsideImages => ProblemSources.Open(path, allowOutsideImages);
    }

    /// <param name="source">A source that a program supplies.</param>
    public ProblemOrigin(IProblemSource source)
    {
        Name = source.Name;
        Identity = source.Name;
        _open = _ => source;
    }

    /// <summary>What messages and results call it: the path, or the source's name.</summary>
    public string Name { get; }

    /// <summary>What tells it from others: the full path, or the source's name.</summary>
    public string Identity { get; }

    /// <summary>Whether it is a file or folder.</summary>
    public bool IsFile { get; }

    /// <exception cref="BadInputException">There is no such file, or none that can be read.</exception>
    public IProblemSource Open(bool allowOutsideImages) => _open(allowOutsideImages);
}
