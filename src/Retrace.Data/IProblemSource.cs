using Retrace.Problems;

namespace Retrace.Data;

/// <summary>A source of problems: a file, or a class of your own.</summary>
public interface IProblemSource
{
    /// <summary>What messages call the source: a file's path, or the name of the class.</summary>
    string Name => GetType().Name;

    /// <summary>
    /// All problems, in their order in the source. Records that cannot be used are in <see cref="ProblemSet.Skipped"/>.
    /// </summary>
    /// <exception cref="BadInputException">The source as a whole cannot be read.</exception>
    ProblemSet Read();
}
