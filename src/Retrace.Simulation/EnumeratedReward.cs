using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>
/// The exact expectation of any reward rule that reads answers: the rule itself scores every group there can be, and the
/// scores are weighted by the groups' probabilities. For small groups, as there are A^(n(1 + k)) of them.
/// </summary>
/// <param name="rule">The rule, which must read neither random numbers nor what only a model has.</param>
/// <param name="size">n and k of a group.</param>
/// <param name="reinference">How all continuations fare.</param>
/// <param name="right">The right answer, for a rule that reads labels.</param>
public sealed class EnumeratedReward(IRewardRule rule, GroupSize size, Reinference reinference, int right) : IExpectedReward
{
    public double[] Of(AnswerDistribution policy, int iteration)
    {
        double[] expected = new double[policy.Answers];
        int[] answers = new int[size.Total]; // The maternal ones, then the continuations of each in order.
        do
        {
            int[] maternal = answers[..size.Trajectories];
            int[][] retraced = [.. answers[size.Trajectories..].Chunk(Math.Max(1, size.Continuations))];
            double probability = ProbabilityBesideFirst(policy, maternal, retraced);
            if (probability > 0)
            {
                var group = SimulatedEvidence.Complete(new AnswerGroup(maternal, retraced), rule, right, random: null);
                expected[maternal[0]] += probability * SimulatedEvidence.ScoreOfFirst(group, rule);
            }
        }
        while (Advance(answers, policy.Answers));
        return expected;
    }

    private double ProbabilityBesideFirst(AnswerDistribution policy, int[] maternal, int[][] retraced)
    {
        double probability = 1;
        for (int i = 1; i < maternal.Length; i++)
        {
            probability *= policy[maternal[i]];
        }
        for (int i = 0; i < retraced.Length; i++)
        {
            foreach (int answer in retraced[i])
            {
                probability *= answer == maternal[i]
                    ? reinference.Returns(policy, answer)
                    : reinference.Reaches(policy, answer);
            }
        }
        return probability;
    }

    // Counts through all groups as the digits of a number; false after the last.
    private static bool Advance(int[] answers, int count)
    {
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i]++;
            if (answers[i] < count)
            {
                return true;
            }
            answers[i] = 0;
        }
        return false;
    }
}
