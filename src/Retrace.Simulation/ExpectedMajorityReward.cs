namespace Retrace.Simulation;

/// <summary>
/// The exact expectation of <see cref="Rewards.MajorityReward"/> for a group of trajectories that all vote: the
/// probability that an answer wins the vote, given that one vote is for it.
/// </summary>
/// <remarks>
/// The counts of the other votes are multinomial. They are summed over answer by answer: of the votes that are left,
/// the next answer gets a binomial number, which must not beat the candidate's. A tie goes to the answer that
/// stands first, as in the rule, where class ids are the answers' places.
/// </remarks>
/// <param name="votes">How many trajectories vote; at least 1.</param>
public sealed class ExpectedMajorityReward(int votes) : IExpectedReward
{
    public double[] Of(AnswerDistribution policy, int iteration) =>
        [.. Enumerable.Range(0, policy.Answers).Select(answer => Wins(policy, answer))];

    private double Wins(AnswerDistribution policy, int candidate)
    {
        double[] others = SuccessCounts.Of(votes - 1, policy[candidate]);
        double wins = 0;
        for (int other = 0; other < votes; other++)
        {
            wins += others[other] * StaysUnbeaten(policy, candidate, other + 1);
        }
        return wins;
    }

    // The probability that no other answer beats the candidate's count with the votes that are left to them.
    private double StaysUnbeaten(AnswerDistribution policy, int candidate, int count)
    {
        double[] left = new double[votes - count + 1]; // The probability that so many votes are still to be given out.
        left[^1] = 1;
        double rest = 1 - policy[candidate];
        for (int rival = 0; rival < policy.Answers; rival++)
        {
            if (rival == candidate)
            {
                continue;
            }
            double share = rest > 0 ? Math.Clamp(policy[rival] / rest, 0, 1) : 0;
            rest -= policy[rival];
            int most = rival < candidate ? count - 1 : count;
            double[] after = new double[left.Length];
            double[] ofRival = [];
            for (int votesLeft = 0; votesLeft < left.Length; votesLeft++)
            {
                ofRival = votesLeft == 0 ? [1] : SuccessCounts.Then(ofRival, 1, share);
                for (int taken = 0; taken <= Math.Min(most, votesLeft); taken++)
                {
                    after[votesLeft - taken] += left[votesLeft] * ofRival[taken];
                }
            }
            left = after;
        }
        return left[0];
    }
}
