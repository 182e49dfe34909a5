using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>
/// The exact expectation of any reward rule: the rule itself scores every group there can be, and the scores are
/// weighted by the groups' probabilities. For small groups, as there are A^(n(1 + k)) of them.
/// </summary>
/// <remarks>
/// Continuations are summed over for a rule that reads them, and one answer of each further kind that it reads: a blind
/// one from all answers alike, that of the start model from the first policy, any other from the policy itself.
/// </remarks>
/// <param name="rule">The rule, which must not read random numbers.</param>
/// <param name="size">n and k of a group.</param>
/// <param name="reinference">How all continuations fare.</param>
/// <param name="right">The right answer, for a rule that reads labels.</param>
/// <param name="start">The first policy, for a rule that reads the start model's answers; null: the one at hand.</param>
public sealed class EnumeratedReward(
    IRewardRule rule, GroupSize size, Reinference reinference, int right, AnswerDistribution? start = null)
    : IExpectedReward
{
    public double[] Of(AnswerDistribution policy, int iteration)
    {
        IReadOnlyList<(RewardInputs Input, AnswerDistribution Source)> further =
            SimulatedEvidence.FurtherAnswers(rule, start ?? policy, policy);
        int rounds = rule.Reads.HasFlag(RewardInputs.Continuations) ? size.Total : size.Trajectories;
        double[] expected = new double[policy.Answers];
        int[] answers = new int[rounds + further.Count]; // Maternal ones, continuations of each in order, further ones.
        do
        {
            int[] maternal = answers[..size.Trajectories];
            int[][] retraced = [.. answers[size.Trajectories..rounds].Chunk(Math.Max(1, size.Continuations))];
            double probability = ProbabilityBesideFirst(policy, maternal, retraced);
            AnswerGroup group = new(maternal, retraced);
            foreach (((RewardInputs input, AnswerDistribution source), int answer) in further.Zip(answers[rounds..]))
            {
                probability *= source[answer];
                group = group.With(input, [answer]);
            }
            if (probability > 0)
            {
                expected[maternal[0]] += probability
                    * SimulatedEvidence.ScoreOfFirst(group, rule, right, policy.Answers, random: null);
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
