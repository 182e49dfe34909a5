using Retrace.Rewards;

namespace Retrace.Simulation.Tests;

public class ExpectedRewardTests
{
    private static readonly AnswerDistribution Policy = AnswerDistribution.Of([0.25, 0.4, 0.35]);

    // One vote is cast for the answer; of two more at least one must follow: 1 − (1 − p)².
    [Fact]
    public void Two_of_three_votes_win() =>
        Assert.Equal(
            [1 - 0.7 * 0.7, 1 - 0.3 * 0.3],
            new ExpectedMajorityReward(3).Of(AnswerDistribution.Of([0.3, 0.7]), 0),
            Close);

    // Of two votes a tie goes to the answer that stands first.
    [Fact]
    public void A_tie_goes_to_the_first() =>
        Assert.Equal(
            [1, 0.7], new ExpectedMajorityReward(2).Of(AnswerDistribution.Of([0.3, 0.7]), 0), Close);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_majority_s_expectation_is_the_rule_summed_over_all_groups(int votes) =>
        Assert.Equal(
            Enumerated(new MajorityReward(), new GroupSize(votes, 0), default),
            new ExpectedMajorityReward(votes).Of(Policy, 0),
            Close);

    [Theory]
    [InlineData(3, 0, 0, 0)]
    [InlineData(2, 2, 0, 0)]
    [InlineData(2, 2, 0.6, 0)]
    [InlineData(2, 2, 0.3, 0.5)]
    [InlineData(1, 4, 0, 1)]
    public void The_soft_frequency_s_expectation_is_the_rule_summed_over_all_groups(
        int trajectories, int continuations, double survival, double spread)
    {
        GroupSize size = new(trajectories, continuations);
        Reinference reinference = new(survival, spread);
        SoftenedFrequency softening = new();
        Assert.Equal(
            Enumerated(new SoftenedFrequencyReward(softening), size, reinference),
            new ExpectedSoftenedReward(size, reinference, softening).Of(Policy, 0),
            Close);
    }

    [Fact]
    public void Sampled_majorities_agree_with_the_exact_ones() =>
        AssertSampled(new MajorityReward(), new GroupSize(9, 0), default, new ExpectedMajorityReward(9));

    [Fact]
    public void Sampled_soft_frequencies_agree_with_the_exact_ones()
    {
        GroupSize size = new(8, 5);
        Reinference reinference = new(0.3, 0.5);
        SoftenedFrequency softening = new();
        AssertSampled(
            new SoftenedFrequencyReward(softening),
            size,
            reinference,
            new ExpectedSoftenedReward(size, reinference, softening));
    }

    [Fact]
    public void The_same_seed_draws_the_same_groups()
    {
        SampledReward[] rewards = [Sampled(3), Sampled(3), Sampled(4)];
        double[][] drawn = Array.ConvertAll(rewards, reward => reward.Of(Policy, 2));
        Assert.Equal(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[0], drawn[2]);
        Assert.NotEqual(drawn[0], rewards[0].Of(Policy, 3));

        SampledReward Sampled(long seed) => new(
            new SoftenedFrequencyReward(new SoftenedFrequency()), new GroupSize(4, 2), new Reinference(0.2), 20, seed);
    }

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-12;

    // Within four standard errors: seeded, so it passes or fails for good.
    private static void AssertSampled(
        IRewardRule rule, GroupSize size, Reinference reinference, IExpectedReward exact)
    {
        const int Groups = 4000;
        SampledReward sampled = new(rule, size, reinference, Groups, seed: 1);
        double[] expected = exact.Of(Policy, 0);
        for (int answer = 0; answer < Policy.Answers; answer++)
        {
            double[] rewards = [.. sampled.Samples(Policy, 0, answer)];
            double mean = rewards.Average();
            double variance = rewards.Sum(reward => (reward - mean) * (reward - mean)) / (Groups - 1);
            double tolerance = 4 * Math.Sqrt(variance / Groups);
            Assert.InRange(mean, expected[answer] - tolerance, expected[answer] + tolerance);
        }
    }

    // [A] the first trajectory's reward by the real rule, weighted by the probability of everything else.
    private static double[] Enumerated(IRewardRule rule, GroupSize size, Reinference reinference)
    {
        double[] expected = new double[Policy.Answers];
        int others = size.Trajectories - 1;
        foreach (int[] outcome in Outcomes(size.Total - 1))
        {
            for (int first = 0; first < Policy.Answers; first++)
            {
                int[] maternal = [first, .. outcome[..others]];
                int[][] retraced = [.. outcome[others..].Chunk(Math.Max(size.Continuations, 1))];
                double probability = maternal[1..].Aggregate(1.0, (product, answer) => product * Policy[answer]);
                foreach ((int own, int[] continuations) in maternal.Zip(retraced))
                {
                    probability *= continuations.Aggregate(1.0, (product, answer) => product * (answer == own
                        ? reinference.Returns(Policy, answer)
                        : reinference.Reaches(Policy, answer)));
                }
                expected[first] += probability * rule.Score(new AnswerGroup(maternal, retraced))[0];
            }
        }
        return expected;
    }

    private static IEnumerable<int[]> Outcomes(int draws) => draws == 0
        ? [[]]
        : Outcomes(draws - 1).SelectMany(
            _ => Enumerable.Range(0, Policy.Answers), (earlier, answer) => (int[])[.. earlier, answer]);
}
