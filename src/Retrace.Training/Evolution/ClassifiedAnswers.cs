using Retrace.Answers;

namespace Retrace.Training.Evolution;

/// <summary>The answers of both rounds to one problem, partitioned together.</summary>
/// <param name="Classes">Those of the sampled trajectories, and behind them those of the continuations.</param>
/// <param name="GoldClass">The label's; null where there is none.</param>
internal sealed record ClassifiedAnswers(int[] Classes, int? GoldClass)
{
    /// <param name="gold">The label; null: none.</param>
    public static ClassifiedAnswers Of(
        IEnumerable<Trajectory> sampled,
        IEnumerable<Retracing> retracings,
        string? gold,
        IAnswerEquivalence equivalence)
    {
        string?[] answers =
        [
            .. sampled.Select(trajectory => trajectory.Answer),
            .. retracings.SelectMany(retracing => retracing.Answers),
        ];
        int[] classes = AnswerClasses.Of(answers, equivalence);
        return new ClassifiedAnswers(
            classes, gold is null ? null : AnswerClasses.Find(gold, answers, classes, equivalence));
    }
}
