using Retrace.Problems;

namespace Retrace.Cli.Progress;

/// <summary>Names the records of a data set that could not be used.</summary>
internal static class SkippedReport
{
    private const int Shown = 20;

    /// <summary>
    /// One line for each of the first of them, and how many more there are; nothing when there are none.
    /// </summary>
    public static void Write(IReadOnlyList<SkippedProblem> skipped, TextWriter output) =>
        Write("skipped", skipped, output);

    /// <summary>The same of problems whose answer cannot be compared; they are used without it.</summary>
    public static void WriteUnusedAnswers(IReadOnlyList<SkippedProblem> unused, TextWriter output) =>
        Write("unlabeled", unused, output);

    private static void Write(string what, IReadOnlyList<SkippedProblem> problems, TextWriter output)
    {
        foreach (SkippedProblem problem in problems.Take(Shown))
        {
            output.WriteLine($"{what} {problem.Id}: {problem.Reason}");
        }
        if (problems.Count > Shown)
        {
            output.WriteLine($"{what} {problems.Count - Shown} more");
        }
    }
}
