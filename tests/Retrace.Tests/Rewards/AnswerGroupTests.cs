using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Tests.Rewards;

public sealed class AnswerGroupTests
{
    // Numbered by first appearance: maternal, continuations, then the rounds beside in the order of SideRounds,
    // whatever that of the dictionary.
    [Fact]
    public void All_rounds_share_one_space_of_classes()
    {
        AnswerGroup group = AnswerGroup.Of(["7", "1/2", null], [["7"], ["3"], []], "5", new MathematicalEquivalence(),
            new Dictionary<RewardInputs, IReadOnlyList<string?>>
            {
                [RewardInputs.RephrasedAnswers] = ["5", "8"],
                [RewardInputs.BlindAnswers] = ["0.5", null, "8", "9"],
            });
        Assert.Equal([0, 1, AnswerClasses.None], group.Maternal);
        Assert.Equal([[0], [2], []], group.Retraced);
        Assert.Equal([1, AnswerClasses.None, 3, 4], group.SideAnswersOf(RewardInputs.BlindAnswers));
        Assert.Equal([5, 3], group.SideAnswersOf(RewardInputs.RephrasedAnswers));
        Assert.Empty(group.SideAnswersOf(RewardInputs.TeacherAnswers));
        Assert.Equal(5, group.GoldClass);
    }

    [Fact]
    public void A_round_takes_the_place_of_its_own_answers_alone()
    {
        AnswerGroup first = new AnswerGroup([0], []).With(RewardInputs.StartAnswers, [0]).With(RewardInputs.BlindAnswers, [1]);
        AnswerGroup second = first.With(RewardInputs.StartAnswers, [2, 2]);
        Assert.Equal([0], first.SideAnswersOf(RewardInputs.StartAnswers));
        Assert.Equal([2, 2], second.SideAnswersOf(RewardInputs.StartAnswers));
        Assert.Equal([1], second.SideAnswersOf(RewardInputs.BlindAnswers));
    }

    [Theory]
    [InlineData(RewardInputs.Judgements)]
    [InlineData(RewardInputs.Continuations)]
    [InlineData(RewardInputs.BlindAnswers | RewardInputs.StartAnswers)]
    public void What_is_no_round_of_answers_is_refused(RewardInputs input)
    {
        AnswerGroup group = new([0], []);
        Assert.Throws<ArgumentException>("round", () => group.SideAnswersOf(input));
        Assert.Throws<ArgumentException>("round", () => group.With(input, [0]));
        Assert.Throws<ArgumentException>("round", () => AnswerGroup.Of(
            ["7"], [], null, new MathematicalEquivalence(),
            new Dictionary<RewardInputs, IReadOnlyList<string?>> { [input] = ["7"] }));
    }
}
