using CsCheck;
using Retrace.Advantages;

namespace Retrace.Tests.Advantages;

public class GroupAdvantagesTests
{
    private static readonly Gen<double[][]> Rewards = Gen.Double[-1, 1].Array[1, 8].Array[1, 6];

    private static void AssertAdvantages(double[][] expected, double[][] advantages)
    {
        Assert.Equal(expected.Length, advantages.Length);
        Assert.All(expected.Zip(advantages), groups =>
        {
            Assert.Equal(groups.First.Length, groups.Second.Length);
            Assert.All(groups.First.Zip(groups.Second), pair => Assert.Equal(pair.First, pair.Second, 9));
        });
    }

    // Group 1: mean 1/4, squares 9/16 + 3/16 = 3/4, std √(0.75/3) = 1/2. Group 2: mean 1, squares 2, std √(2/1) = √2.
    // All centred: squares 2.75 over 6 − 1 = 0.55.
    private static readonly double[][] Worked = [[1, 0, 0, 0], [2, 0]];

    [Fact]
    public void Group_std_divides_by_the_sample_deviation_of_the_group()
    {
        double first = 0.5 + 1e-6;
        double second = Math.Sqrt(2) + 1e-6;
        AssertAdvantages(
            [[0.75 / first, -0.25 / first, -0.25 / first, -0.25 / first], [1 / second, -1 / second]],
            GroupAdvantages.Of(Worked, AdvantageNormalisation.GroupStd));
    }

    [Fact]
    public void Group_mean_divides_by_nothing() =>
        AssertAdvantages(
            [[0.75, -0.25, -0.25, -0.25], [1, -1]], GroupAdvantages.Of(Worked, AdvantageNormalisation.GroupMean));

    [Fact]
    public void Batch_std_divides_by_one_deviation_for_all()
    {
        double std = Math.Sqrt(0.55) + 1e-6;
        AssertAdvantages(
            [[0.75 / std, -0.25 / std, -0.25 / std, -0.25 / std], [1 / std, -1 / std]],
            GroupAdvantages.Of(Worked, AdvantageNormalisation.BatchStd));
    }

    [Fact]
    public void Epsilon_is_added_to_the_deviation() =>
        AssertAdvantages([[1, -1]], GroupAdvantages.GroupStandardised([[2, 0]], epsilon: 1 - Math.Sqrt(2)));

    [Fact]
    public void Equal_rewards_have_exactly_no_advantage()
    {
        foreach (AdvantageNormalisation normalisation in Enum.GetValues<AdvantageNormalisation>())
        {
            double[][] advantages = GroupAdvantages.Of([[0.1, 0.1, 0.1], [0.7], []], normalisation);
            Assert.Equal([[0, 0, 0], [0], []], advantages);
        }
    }

    [Fact]
    public void Advantages_of_a_group_sum_to_nothing_and_keep_the_order_of_its_rewards() =>
        Gen.Select(Rewards, Gen.Enum<AdvantageNormalisation>()).Sample((rewards, normalisation) =>
        {
            double[][] advantages = GroupAdvantages.Of(rewards, normalisation);
            for (int group = 0; group < rewards.Length; group++)
            {
                Assert.InRange(advantages[group].Sum(), -1e-6, 1e-6);
                for (int i = 0; i < rewards[group].Length; i++)
                {
                    for (int j = 0; j < rewards[group].Length; j++)
                    {
                        if (rewards[group][i] > rewards[group][j])
                        {
                            Assert.True(advantages[group][i] >= advantages[group][j]);
                        }
                    }
                }
            }
        });

    [Fact]
    public void Two_valued_rewards_are_as_hard_as_a_vote_with_group_std_and_stay_soft_without()
    {
        double[][] soft = [[0.725, 0.725, 0.025, 0.025]];
        double[][] vote = [[1, 1, 0, 0]];
        double[] Of(double[][] rewards, AdvantageNormalisation normalisation) =>
            GroupAdvantages.Of(rewards, normalisation)[0];

        Assert.Equal(
            Of(vote, AdvantageNormalisation.GroupStd)[0], Of(soft, AdvantageNormalisation.GroupStd)[0], 5);
        Assert.Equal(0.5, Of(vote, AdvantageNormalisation.GroupMean)[0], 9);
        Assert.Equal(0.35, Of(soft, AdvantageNormalisation.GroupMean)[0], 9);
    }

    [Fact]
    public void With_batch_std_an_uncertain_group_pulls_less()
    {
        double[][] advantages = GroupAdvantages.Of([[1, 0], [0.3, 0.2]], AdvantageNormalisation.BatchStd);
        Assert.Equal(10, advantages[0][0] / advantages[1][0], 6);
    }

    [Theory]
    [InlineData("group-std", AdvantageNormalisation.GroupStd)]
    [InlineData("group-mean", AdvantageNormalisation.GroupMean)]
    [InlineData("batch-std", AdvantageNormalisation.BatchStd)]
    public void Normalisations_have_names(string name, AdvantageNormalisation normalisation) =>
        Assert.Equal(normalisation, GroupAdvantages.Parse(name));

    [Fact]
    public void An_unknown_normalisation_is_answered_with_the_known_ones() =>
        Assert.Equal(
            "There is no advantage normalisation \"std\"; known are group-std, group-mean, batch-std.",
            Assert.Throws<BadInputException>(() => GroupAdvantages.Parse("std")).Message);
}
