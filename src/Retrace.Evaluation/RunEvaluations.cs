using Retrace.Answers;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Statistics;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation;

/// <summary>The evaluations within a run, graded again from the responses that its folder keeps.</summary>
public static class RunEvaluations
{
    /// <summary>Whether a folder is that of a run which was evaluated.</summary>
    public static bool AreIn(string directory) => File.Exists(Path.Combine(directory, RunFolder.EvaluationCard));

    /// <summary>Grades all responses anew; nothing is written.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="extraction">How answers are found now; null: as in the run.</param>
    /// <returns>In the order of the steps.</returns>
    /// <exception cref="BadInputException">The folder holds no such run, or one of its files is damaged.</exception>
    public static IReadOnlyList<RegradedStep> Regrade(string directory, string? extraction)
    {
        var card = EvaluationCard.Read(Path.Combine(directory, RunFolder.EvaluationCard));
        IAnswerExtraction rule = AnswerExtractions.Create(extraction ?? card.Extraction);
        string opening = ResponseFormat.OpeningOf(card.Prompt);
        RunRecord run = RunReader.Read(directory);
        Dictionary<int, double?> recorded = run.Metrics.ToDictionary(step => step.Step, step => step.EvalAccuracy);
        return
        [
            .. run.EvaluationSamples.GroupBy(sample => sample.Step).OrderBy(step => step.Key).Select(step =>
                new RegradedStep(
                    step.Key, EvaluationSummary.Of(Grade(step, rule, opening)), recorded.GetValueOrDefault(step.Key))),
        ];
    }

    private static GradedProblem[] Grade(
        IEnumerable<EvaluationSample> samples, IAnswerExtraction rule, string opening) =>
    [
        .. samples.GroupBy(sample => sample.ProblemId).Select(problem => GradedProblem.Of(
            new Problem(problem.Key, Question: "", Images: [], problem.First().Category),
            new AnswerKey(problem.First().Gold, new MathematicalEquivalence()),
            [
                .. problem.OrderBy(sample => sample.Sample).Select(sample =>
                    new SampledResponse(sample.Response, sample.Tokens, sample.Finish == EvaluationSample.Stop)),
            ],
            rule) with { Opening = opening }),
    ];
}

/// <summary>An evaluation within a run, graded again.</summary>
/// <param name="Step">The steps taken before it.</param>
/// <param name="Summary">What comes out now.</param>
/// <param name="Recorded">The accuracy that the run recorded; null where it has no line of that step.</param>
public sealed record RegradedStep(int Step, EvaluationSummary Summary, double? Recorded);
