using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>The problems of a source that a model can use.</summary>
/// <param name="Problems">The problems, in the order of the source.</param>
/// <param name="Labels">Gold answers by problem id, for measurement and the supervised method.</param>
/// <param name="Skipped">The problems that were skipped, with the reasons.</param>
/// <param name="LargestPrompt">The largest prompt size.</param>
public sealed record UsableProblems(
    IReadOnlyList<Problem> Problems,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<SkippedProblem> Skipped,
    PromptSize LargestPrompt)
{
    /// <summary>Problems whose answer cannot be compared, with the reasons: they have no label.</summary>
    public IReadOnlyList<SkippedProblem> UnusedAnswers { get; init; } = [];

    /// <exception cref="BadInputException">The file cannot be read, or nothing in it can be used.</exception>
    public static UsableProblems Read(string path, ProblemPreparation preparation, CancellationToken cancellation) =>
        Read(
            ProblemSources.Open(path, preparation.Settings.AllowOutsideImages, preparation.Settings.ImageDir),
            preparation,
            cancellation);

    /// <exception cref="BadInputException">The source cannot be read, or nothing in it can be used.</exception>
    public static UsableProblems Read(
        IProblemSource source, ProblemPreparation preparation, CancellationToken cancellation) =>
        Of(source.Read(), source.Name, preparation, cancellation);

    /// <param name="read">The problems as read.</param>
    /// <param name="path">The name of the source, for messages.</param>
    /// <param name="preparation">Decides which problems can be used.</param>
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
        return new UsableProblems(usable, read.Answers, all, largest) { UnusedAnswers = read.UnusedAnswers };
    }

    /// <summary>The largest prompt of the problems that are trained on and of those that are measured on, if there are any.</summary>
    internal static PromptSize LargestPromptOf(UsableProblems trained, UsableProblems? measured) =>
        PromptSize.Larger(trained.LargestPrompt, measured?.LargestPrompt ?? default);

    /// <summary>The first problems that have a label.</summary>
    /// <param name="path">The name of the file, for messages.</param>
    /// <param name="limit">Maximum number of problems; null: all.</param>
    /// <exception cref="BadInputException">No problem has a label.</exception>
    public UsableProblems Labeled(string path, int? limit)
    {
        IEnumerable<Problem> labeled = Problems.Where(problem => Labels.ContainsKey(problem.Id));
        UsableProblems first = this with { Problems = [.. labeled.Take(limit ?? int.MaxValue)] };
        return first.Problems.Count > 0
            ? first
            : throw new BadInputException($"{path} has no problem with an answer; an evaluation needs labeled ones");
    }
}
