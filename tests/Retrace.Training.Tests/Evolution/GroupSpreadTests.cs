using Retrace.Answers;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class GroupSpreadTests
{
    private static readonly double[] Flat = [0, 0, 0];

    [Fact]
    public void A_group_with_a_spread_teaches_whatever_its_answers() =>
        Assert.Null(GroupSpread.Of(Group(["1", "1", null], ended: 3), [1, 1, 0], [1, 1, -2]));

    [Fact]
    public void Why_a_group_teaches_nothing()
    {
        Assert.Equal(NoSpread.SameAnswer, GroupSpread.Of(Group(["1", "1.0", "1"], ended: 2), Flat, Flat));
        Assert.Equal(NoSpread.NoAnswer, GroupSpread.Of(Group([null, null, null], ended: 1), Flat, Flat));
        Assert.Equal(NoSpread.CutOff, GroupSpread.Of(Group([null, null, null], ended: 0), Flat, Flat));
        Assert.Equal(NoSpread.CutOff, GroupSpread.Of(Group(["1", "1", "1"], ended: 0), Flat, Flat));
        Assert.Equal(NoSpread.Other, GroupSpread.Of(Group(["1", "2", "3"], ended: 3), Flat, Flat));
        Assert.Equal(NoSpread.Other, GroupSpread.Of(Group(["1", "1", null], ended: 3), Flat, Flat));
        Assert.Equal(NoSpread.LeftOut, GroupSpread.Of(Group(["1", "1", "2"], ended: 3), [1, 1, 0], Flat));
    }

    // Of eight problems six teach nothing: two of one kind and one of each of the others.
    [Fact]
    public void The_shares_of_the_reasons_add_up()
    {
        SampledGroup same = Group(["1", "1", "1"], ended: 3);
        SampledGroup different = Group(["1", "2", "3"], ended: 3);
        SampledGroup[] groups =
        [
            same, same, Group([null, null, null], ended: 3), Group([null, null, null], ended: 0), different,
            different, different, different,
        ];
        double[][] advantages = [Flat, Flat, Flat, Flat, Flat, Flat, [1, 0, -1], [1, 0, -1]];
        double[][] rewards = [Flat, Flat, Flat, Flat, Flat, [1, 0, 0], [2, 1, 0], [2, 1, 0]];
        StepMetrics metrics = GroupSpread.AddTo(UntakenStep.Of(), groups, rewards, advantages);
        Assert.Equal(0.75, metrics.NoSpreadShare);
        Assert.Equal(0.25, metrics.NoSpreadSameAnswer);
        Assert.Equal(0.125, metrics.NoSpreadNoAnswer);
        Assert.Equal(0.125, metrics.NoSpreadCutOff);
        Assert.Equal(0.125, metrics.NoSpreadLeftOut);
        Assert.Equal(0.125, metrics.NoSpreadOther);
    }

    private static SampledGroup Group(string?[] answers, int ended) => new(
        new PreparedProblem(new Problem("p", "?", []), [], [], []),
        [
            .. answers.Select((answer, i) => new Trajectory(
                new Generation([1], [0], [0], [], Stopped: i < ended), "", answer)),
        ],
        Voting: [],
        Retraced: [],
        new SideSamples(),
        AnswerGroup.Of(answers, [], null, new MathematicalEquivalence()));
}
