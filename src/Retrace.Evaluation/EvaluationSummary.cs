using Retrace.Answers;
using Retrace.Statistics;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>The results of an evaluation, over all problems or those of one category. Shares in [0, 1].</summary>
/// <param name="Problems">Labeled problems.</param>
/// <param name="Samples">k: responses for each.</param>
/// <param name="Accuracy">avg@k: the share of right responses.</param>
/// <param name="Interval">
/// Its 95 % interval: Wilson's, with the problems as the independent trials. The samples of one problem are not
/// independent, so with several the interval is on the wide side.
/// </param>
/// <param name="PassAt">
/// Unbiased pass@j for j = 1, 2, 4, … up to k and k itself: 1 − C(k − c, j) / C(k, j) with c right ones of k, averaged
/// (Chen et al. 2021, arXiv 2107.03374).
/// </param>
/// <param name="MajorityAccuracy">maj@k: the share of problems whose most frequent answer is right.</param>
/// <param name="AnswerRate">The share of responses that have an answer.</param>
/// <param name="FormatRate">The share of responses of the asked form.</param>
/// <param name="Lengths">The lengths of the responses; null where a file of an earlier version does not say.</param>
public sealed record EvaluationSummary(
    int Problems,
    int Samples,
    double Accuracy,
    WilsonInterval Interval,
    IReadOnlyList<(int J, double Share)> PassAt,
    double MajorityAccuracy,
    double AnswerRate,
    double FormatRate,
    ResponseLengths? Lengths)
{
    /// <exception cref="ArgumentException">There are no problems.</exception>
    public static EvaluationSummary Of(IReadOnlyCollection<GradedProblem> graded)
    {
        if (graded.Count == 0)
        {
            throw new ArgumentException("An evaluation needs at least one problem.");
        }
        int samples = graded.First().Classes.Count;
        double responses = (double)graded.Count * samples;
        double accuracy = graded.Sum(problem => problem.RightCount) / responses;
        IEnumerable<int> sizes = Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(j => j < samples);
        return new EvaluationSummary(
            graded.Count,
            samples,
            accuracy,
            WilsonInterval.Of(accuracy, graded.Count),
            [.. sizes.Append(samples)
                .Select(j => (j, graded.Average(problem => PassAtOf(samples, problem.RightCount, j))))],
            graded.Count(problem => problem.MajorityIsRight) / (double)graded.Count,
            graded.Sum(problem => problem.Classes.Count(id => id != AnswerClasses.None)) / responses,
            graded.Sum(problem => problem.FormattedCount) / responses,
            ResponseLengths.Of([.. graded.SelectMany(problem => problem.Responses)]));
    }

    /// <summary>The chance that j responses chosen from k, of which c are right, hold a right one.</summary>
    internal static double PassAtOf(int k, int c, int j)
    {
        if (k - c < j)
        {
            return 1;
        }
        double noneRight = 1;
        for (int i = 0; i < j; i++)
        {
            noneRight *= (double)(k - c - i) / (k - i);
        }
        return 1 - noneRight;
    }
}
