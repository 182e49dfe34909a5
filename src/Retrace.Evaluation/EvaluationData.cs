using Retrace.Answers;
using Retrace.Data;
using Retrace.Data.Benchmarks;
using Retrace.Data.Formats;
using Retrace.Problems;

namespace Retrace.Evaluation;

/// <summary>Problems to evaluate on, with their right answers.</summary>
/// <param name="Path">The file, or a benchmark's file or folder.</param>
/// <param name="Problems">The problems as they were read.</param>
/// <param name="Keys">What is right, by problem id.</param>
/// <param name="Benchmark">Which benchmark it is; null where it is none.</param>
/// <param name="Items">The benchmark's problems by id; empty where it is none.</param>
public sealed record EvaluationData(
    string Path,
    ProblemSet Problems,
    IReadOnlyDictionary<string, AnswerKey> Keys,
    Benchmark? Benchmark,
    IReadOnlyDictionary<string, BenchmarkItem> Items)
{
    /// <summary>The problems of any source, without a benchmark's scoring.</summary>
    /// <exception cref="BadInputException">The source cannot be read.</exception>
    public static EvaluationData Of(IProblemSource source)
    {
        ProblemSet read = WithoutUnusedAnswers(source.Read());
        return new EvaluationData(
            source.Name, read, AnswerKey.Of(read.Answers), Benchmark: null, new Dictionary<string, BenchmarkItem>());
    }

    /// <param name="path">The file, or a benchmark's file or folder.</param>
    /// <param name="benchmark">Its name; null: problems of no benchmark.</param>
    /// <param name="allowOutsideImages">See <see cref="ProblemSources.Open"/>; a benchmark's lie in its own folder.</param>
    /// <param name="imageFolder">See <see cref="ProblemSources.Open"/>; the same holds.</param>
    /// <exception cref="BadInputException">The benchmark is not known, or its data cannot be read.</exception>
    public static EvaluationData Read(
        string path, string? benchmark, bool allowOutsideImages = false, string? imageFolder = null)
    {
        if (benchmark is null)
        {
            return Of(ProblemSources.Open(path, allowOutsideImages, imageFolder)) with { Path = path };
        }
        Benchmark known = BenchmarkCatalogue.Named(benchmark);
        BenchmarkData published = known.Read(path);
        return new EvaluationData(
            path, published.Problems, published.Keys, known, published.Items.ToDictionary(item => item.Problem.Id));
    }

    /// <summary>The problems that an evaluation took, found without the model that had to read them.</summary>
    /// <param name="skipped">The records that the evaluation left out because they could not be used.</param>
    /// <param name="limit">The most problems that it took; null: all.</param>
    internal IReadOnlyList<Problem> Evaluated(IReadOnlyList<SkippedProblem> skipped, int? limit)
    {
        // A record that reading leaves out may bear the id of one that it does not.
        HashSet<string> unusable = [.. skipped.Except(Problems.Skipped).Select(problem => problem.Id)];
        return
        [
            .. Problems.Problems.Where(problem => Keys.ContainsKey(problem.Id) && !unusable.Contains(problem.Id))
                .Take(limit ?? int.MaxValue),
        ];
    }

    // What has an answer that cannot be compared is no unlabeled problem: it is left out, and named.
    private static ProblemSet WithoutUnusedAnswers(ProblemSet read)
    {
        HashSet<string> unused = [.. read.UnusedAnswers.Select(problem => problem.Id)];
        return unused.Count == 0 ? read : read with
        {
            Problems = [.. read.Problems.Where(problem => !unused.Contains(problem.Id))],
            Skipped = [.. read.Skipped, .. read.UnusedAnswers],
            UnusedAnswers = [],
        };
    }
}
