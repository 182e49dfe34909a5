using System.Text.RegularExpressions;
using Retrace.Problems;

namespace Retrace.Data.Inspection;

/// <summary>The properties by which two problems are compared.</summary>
/// <param name="Id">The problem's id.</param>
/// <param name="Question">Its text without regard to case and white space.</param>
/// <param name="Images">The fingerprints of the images, in the problem's order.</param>
public sealed partial record ProblemFingerprint(string Id, string Question, IReadOnlyList<ImageFingerprint> Images)
{
    private const int ProblemsAtOnce = 64; // In the file's order, so that few row groups are read at a time.

    /// <summary>Decodes every image once; a problem with a broken one is among the skipped.</summary>
    public static (IReadOnlyList<ProblemFingerprint> Whole, IReadOnlyList<SkippedProblem> Broken) Of(
        IReadOnlyList<Problem> problems, CancellationToken cancellation)
    {
        List<ProblemFingerprint> whole = [];
        List<SkippedProblem> broken = [];
        foreach (Problem[] chunk in problems.Chunk(ProblemsAtOnce))
        {
            foreach ((ProblemFingerprint? print, SkippedProblem? fault) in chunk
                .AsParallel().AsOrdered().WithCancellation(cancellation).Select(Examine))
            {
                if (print is not null)
                {
                    whole.Add(print);
                }
                else
                {
                    broken.Add(fault!);
                }
            }
        }
        return (whole, broken);
    }

    /// <summary>Whether an image of one is the same file as an image of the other.</summary>
    public bool SharesImage(ProblemFingerprint other) =>
        Images.Any(image => other.Images.Any(candidate => candidate.Bytes == image.Bytes));

    private static (ProblemFingerprint?, SkippedProblem?) Examine(Problem problem)
    {
        try
        {
            string question = Spaces().Replace(problem.Question, " ").Trim().ToLowerInvariant();
            return (new ProblemFingerprint(problem.Id, question, [.. problem.Images.Select(ImageFingerprint.Of)]), null);
        }
        catch (BadInputException error)
        {
            return (null, new SkippedProblem(problem.Id, error.Message));
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
