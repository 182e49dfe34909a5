using Retrace.Data;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>The problems of a file that a model can use.</summary>
/// <param name="Problems">In the file's order.</param>
/// <param name="Labels">Gold answers by problem id, for measurement and the supervised method.</param>
/// <param name="Skipped">What was left out, and why.</param>
/// <param name="LargestPrompt">The largest sizes of their prompts.</param>
public sealed record UsableProblems(
    IReadOnlyList<Problem> Problems,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<SkippedProblem> Skipped,
    PromptSize LargestPrompt)
{
    /// <exception cref="BadInputException">The file cannot be read, or nothing in it can be used.</exception>
    public static UsableProblems Read(string path, ProblemPreparation preparation, CancellationToken cancellation) =>
        Of(ProblemSources.Open(path, preparation.Settings.AllowOutsideImages).Read(), path, preparation, cancellation);

    /// <exception cref="BadInputException">The source cannot be read, or nothing in it can be used.</exception>
    public static UsableProblems Read(
        IProblemSource source, ProblemPreparation preparation, CancellationToken cancellation) =>
        Of(source.Read(), source.Name, preparation, cancellation);

    /// <param name="read">Problems.</param>
    /// <param name="path">Where they come from, for messages.</param>
    /// <param name="preparation">Says which of them can be used.</param>
    /// <exception cref="BadInputException">None of them can be used.</exception>
    public static UsableProblems Of(
        ProblemSet read, string path, ProblemPreparation preparation, CancellationToken cancellation)
    {
        (IReadOnlyList<Problem> usable, IReadOnlyList<SkippedProblem> skipped, PromptSize largest) =
            preparation.Screen(read.Problems, cancellation);
        SkippedProblem[] all = [.. read.Skipped, .. skipped];
        if (usable.Count == 0)
        {
            string reason = all is [SkippedProblem first, ..] ? $": {first.Id}, for one, because {first.Reason}" : "";
            throw new BadInputException($"{path} holds no problem that can be used{reason}");
        }
        return new UsableProblems(usable, read.Answers, all, largest);
    }

    /// <summary>The first problems that have a label.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="limit">How many at most; null: all.</param>
    /// <exception cref="BadInputException">None has.</exception>
    public UsableProblems Labeled(string path, int? limit)
    {
        IEnumerable<Problem> labeled = Problems.Where(problem => Labels.ContainsKey(problem.Id));
        UsableProblems first = this with { Problems = [.. labeled.Take(limit ?? int.MaxValue)] };
        return first.Problems.Count > 0
            ? first
            : throw new BadInputException($"{path} has no problem with an answer; an evaluation needs labeled ones");
    }
}
