using CsCheck;
using Retrace.Rewards;

namespace Retrace.Simulation.Tests;

public class PolicyIterationTests
{
    private const int Iterations = 12;
    private const double Rounding = 1e-12;

    // Weights far enough from 0 that nothing underflows.
    private static readonly Gen<AnswerDistribution> Policies =
        Gen.Double[0.01, 1].Array[2, 7].Select(weights => AnswerDistribution.Of(Normalised(weights)));

    private static readonly Gen<double> Betas = Gen.Double[0.05, 5];

    private static readonly Gen<ReferencePolicy> References = Gen.Enum<ReferencePolicy>();

    private static double[] Normalised(double[] weights) =>
        Array.ConvertAll(weights, weight => weight / weights.Sum());

    private static ExpectedSoftenedReward Softened(double survival, double spread) =>
        new(new GroupSize(4, 3), new Reinference(survival, spread), new SoftenedFrequency());

    // P_ref = (5, 3, 2)/10, β = 1, reward (1, 0, 0): Z = (5e + 3 + 2)/10, so P = (e, 3/5, 2/5) / (e + 1).
    [Fact]
    public void The_closed_form_of_three_answers_is_the_one_computed_by_hand()
    {
        AnswerDistribution optimum = PolicyIteration.Optimum(AnswerDistribution.Of([0.5, 0.3, 0.2]), [1, 0, 0], 1);
        Assert.Equal(0.731058578630005, optimum[0], 12);
        Assert.Equal(0.161364852821997, optimum[1], 12);
        Assert.Equal(0.107576568547998, optimum[2], 12);
    }

    // P' ∝ P exp(A/β) with the advantage A = r − E[r] is P' ∝ P exp(r/β): what is subtracted from all cancels in Z.
    [Fact]
    public void Advantages_and_rewards_give_the_same_optimum() =>
        Gen.Select(Policies, Betas).Sample((policy, beta) =>
        {
            double[] rewards = Softened(0.3, 0.5).Of(policy, 0);
            double mean = rewards.Zip(policy.Probabilities, (reward, probability) => reward * probability).Sum();
            Assert.Equal(
                PolicyIteration.Optimum(policy, rewards, beta).Probabilities,
                PolicyIteration.Optimum(policy, Array.ConvertAll(rewards, reward => reward - mean), beta).Probabilities,
                (expected, actual) => Math.Abs(expected - actual) < Rounding);
        });

    // After five iterations at β = 2 by e^(5/2); the others keep their odds among themselves.
    [Fact]
    public void Under_the_majority_the_first_mode_gains_the_same_odds_every_time()
    {
        AnswerDistribution start = AnswerDistribution.Of([0.3, 0.4, 0.2, 0.1]);
        AnswerDistribution end = PolicyIteration.Run(start, new ModeReward(), 2, ReferencePolicy.Previous, 5)[^1];
        Assert.Equal(4.0 / 3 * Math.Exp(2.5), end[1] / end[0], 9);
        Assert.Equal(2.0 * Math.Exp(2.5), end[1] / end[2], 9);
        Assert.Equal(3.0, end[0] / end[3], 9);
    }

    [Fact]
    public void With_the_initial_reference_the_majority_stands_still_after_one_iteration()
    {
        AnswerDistribution start = AnswerDistribution.Of([0.3, 0.4, 0.2, 0.1]);
        IReadOnlyList<AnswerDistribution> policies =
            PolicyIteration.Run(start, new ModeReward(), 0.5, ReferencePolicy.Initial, 4);
        Assert.Equal(policies[1].Probabilities, policies[4].Probabilities);
        Assert.Equal(4.0 / 3 * Math.Exp(2), policies[1][1] / policies[1][0], 9);
    }

    [Fact]
    public void Mass_stays_one_and_an_answer_without_any_gets_none() =>
        Gen.Select(Policies, Betas, References, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (start, beta, reference, survival, spread) =>
            {
                IReadOnlyList<AnswerDistribution> policies =
                    PolicyIteration.Run(start, Softened(survival, spread), beta, reference, Iterations);
                Assert.All(policies, policy => Assert.Equal(1, policy.Probabilities.Sum(), 1e-12));
                AnswerDistribution withoutLast = AnswerDistribution.Of([0.5, 0.5, 0]);
                Assert.Equal(0, PolicyIteration.Optimum(withoutLast, [0, 0, 1], beta)[2]);
            },
            iter: 30);

    [Fact]
    public void Under_the_majority_entropy_never_rises_and_the_mode_never_changes() =>
        Gen.Select(Policies, Betas, References).Sample((start, beta, reference) =>
        {
            IReadOnlyList<AnswerDistribution> policies =
                PolicyIteration.Run(start, new ModeReward(), beta, reference, Iterations);
            Assert.All(policies, policy => Assert.Equal(start.Mode, policy.Mode));
            Assert.All(policies.Zip(policies.Skip(1)), step =>
                Assert.InRange(step.Second.Entropy, 0, step.First.Entropy + Rounding));
        });

    // Rewards lie in [0, 1], so no answer loses more odds to the first mode than the indicator takes from it.
    [Fact]
    public void The_soft_frequency_leaves_the_tail_at_least_as_much_as_the_majority_does() =>
        Gen.Select(Policies, Betas, References, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (start, beta, reference, survival, spread) =>
            {
                IReadOnlyList<AnswerDistribution> hard =
                    PolicyIteration.Run(start, new ModeReward(), beta, reference, Iterations);
                IReadOnlyList<AnswerDistribution> soft =
                    PolicyIteration.Run(start, Softened(survival, spread), beta, reference, Iterations);
                Assert.All(hard.Zip(soft), at =>
                    Assert.True(1 - at.Second[start.Mode] >= 1 - at.First[start.Mode] - Rounding));
            },
            iter: 30);

    [Fact]
    public void Bad_distributions_are_refused()
    {
        Assert.Throws<BadInputException>(() => AnswerDistribution.Of([1]));
        Assert.Throws<BadInputException>(() => AnswerDistribution.Of([0.5, 0.6]));
        Assert.Throws<BadInputException>(() => AnswerDistribution.Of([1.5, -0.5]));
        BadInputException refused =
            Assert.Throws<BadInputException>(() => AnswerDistribution.Of([0.5, double.NaN, 0.5]));
        Assert.Contains("with the sum 1", refused.Message);
    }
}
