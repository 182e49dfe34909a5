using Retrace.Problems;

namespace Retrace.Data;

/// <summary>Where problems come from.</summary>
public interface IProblemSource
{
    /// <summary>
    /// All problems, in their order in the source. Records that cannot be used are in <see cref="ProblemSet.Skipped"/>.
    /// </summary>
    /// <exception cref="BadInputException">The source as a whole cannot be read.</exception>
    ProblemSet Read();
}
