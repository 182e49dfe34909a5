using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

/// <summary>A group that has whatever a rule may read, but for labels and blind answers.</summary>
internal static class GroupOfEverything
{
    /// <summary>Three trajectories with one continuation each; made anew each time, as it holds a generator.</summary>
    public static AnswerGroup Unlabeled => new AnswerGroup([0, 1, 1], [[0], [1], [0]])
    {
        Evidence =
        [
            new AnchorPositions([[0], [0], [0]]),
            new MeanEntropies([1, 2, 3]),
            new SelfCertainties([1, 2, 3]),
            new RandomNumbers(new Random(7)),
            new WordsBeforeAnswers([3, 9, 12]),
            new StepConfidences([1, 2, 3]),
            new FormatChecks([true, false, true]),
            new Judgements([0.5, 1, 0]),
            new AnswerDistances([[[1, 2]], [[1, 2]], [[2, 1]]]),
        ],
    }
        .With(RewardInputs.StartAnswers, [0, 2])
        .With(RewardInputs.TeacherAnswers, [1, 2])
        .With(RewardInputs.RephrasedAnswers, [0, 2]);
}
