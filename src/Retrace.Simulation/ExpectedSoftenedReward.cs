using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>
/// The exact expectation of <see cref="SoftenedFrequencyReward"/> under re-inference, given that a trajectory has the
/// answer.
/// </summary>
/// <remarks>
/// The rule reads two counts. c_M = 1 + Binomial(n − 1, π(a)); and given it, c_R is the sum of the continuations that
/// come back to the answer, Binomial(c_M·k, returns), and those of other trajectories that reach it,
/// Binomial((n − c_M)·k, reaches). Both are summed over without approximation.
/// </remarks>
public sealed class ExpectedSoftenedReward(GroupSize size, Reinference reinference, SoftenedFrequency softening)
    : IExpectedReward
{
    public double[] Of(AnswerDistribution policy, int iteration) =>
        [.. Enumerable.Range(0, policy.Answers).Select(answer => Of(policy, answer, SuccessCounts.Of(
            size.Trajectories - 1, policy[answer])))];

    private double Of(AnswerDistribution policy, int answer, double[] others)
    {
        double returns = reinference.Returns(policy, answer);
        double reaches = reinference.Reaches(policy, answer);
        double expected = 0;
        for (int maternal = 1; maternal <= size.Trajectories; maternal++)
        {
            double[] retraced = SuccessCounts.Then(
                SuccessCounts.Of(maternal * size.Continuations, returns),
                (size.Trajectories - maternal) * size.Continuations,
                reaches);
            for (int count = 0; count < retraced.Length; count++)
            {
                expected += others[maternal - 1] * retraced[count] * Reward(maternal, count);
            }
        }
        return expected;
    }

    private double Reward(int maternal, int retraced)
    {
        double overall = (double)(maternal + retraced) / size.Total;
        return size.Continuations == 0
            ? overall
            : softening.Of(overall, (double)retraced / (size.Trajectories * size.Continuations));
    }
}
