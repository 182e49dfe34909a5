using Retrace.Problems;

namespace Retrace.Cli.Progress;

/// <summary>Names the records of a data set that could not be used.</summary>
internal static class SkippedReport
{
    private const int Shown = 20;

    /// <summary>
    /// One line for each of the first of them, and how many more there are; nothing when there are none.
    /// </summary>
    public static void Write(IReadOnlyList<SkippedProblem> skipped, TextWriter output)
    {
        foreach (SkippedProblem problem in skipped.Take(Shown))
        {
            output.WriteLine($"skipped {problem.Id}: {problem.Reason}");
        }
        if (skipped.Count > Shown)
        {
            output.WriteLine($"skipped {skipped.Count - Shown} more");
        }
    }
}
