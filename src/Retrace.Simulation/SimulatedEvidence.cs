using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>What a distribution of answers can show a reward rule, and what only a model can.</summary>
internal static class SimulatedEvidence
{
    private const RewardInputs OfModels =
        RewardInputs.MeanEntropies | RewardInputs.SelfCertainties | RewardInputs.StepConfidences
        | RewardInputs.WordsBeforeAnswers | RewardInputs.FormatChecks | RewardInputs.Judgements
        | RewardInputs.TeacherAnswers | RewardInputs.AnswerDistances | RewardInputs.RephrasedAnswers;

    /// <summary>What the rule needs that a distribution of answers does not have; none where it can be simulated.</summary>
    public static RewardInputs Missing(IRewardRule rule) => rule.Needs & OfModels;

    /// <summary>
    /// A group with what the rule reads: the right answer, one anchor for all continuations, random numbers.
    /// </summary>
    public static AnswerGroup Complete(AnswerGroup group, IRewardRule rule, int right, Random? random) => group with
    {
        GoldClass = rule.Reads.HasFlag(RewardInputs.Label) ? right : null,
        Evidence =
        [
            .. rule.Reads.HasFlag(RewardInputs.AnchorPositions)
                ? [new AnchorPositions([.. group.Retraced.Select(IReadOnlyList<int> (list) => new int[list.Count])])]
                : Array.Empty<Evidence>(),
            .. rule.Reads.HasFlag(RewardInputs.RandomNumbers) && random is not null
                ? [new RandomNumbers(random)]
                : Array.Empty<Evidence>(),
        ],
    };

    /// <summary>The first trajectory's score with the problem's weight in learning.</summary>
    public static double ScoreOfFirst(AnswerGroup group, IRewardRule rule) => rule.WeightOf(group) * rule.Score(group)[0];
}
