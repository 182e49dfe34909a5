using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>
/// The expectation of any reward rule, estimated: groups are sampled, the rule itself scores them, and the rewards of
/// a trajectory with the given answer are averaged.
/// </summary>
/// <remarks>
/// For each answer the first trajectory of every group is given this answer and the rest is sampled, so that rare
/// answers are estimated as well as frequent ones. Random numbers are named by seed, iteration, answer and group. There
/// are n answers of each further kind that the rule reads: blind ones from all answers alike, those of the start model
/// from the first policy, all others from the policy itself; what is measured of responses is the same for each.
/// </remarks>
/// <param name="rule">The rule, as training uses it.</param>
/// <param name="size">n and k of a group.</param>
/// <param name="reinference">How all continuations fare.</param>
/// <param name="groups">The number of groups sampled for each answer; at least 1.</param>
/// <param name="seed">The seed of all samples.</param>
/// <param name="right">The right answer, for a rule that reads labels.</param>
/// <param name="start">The first policy, for a rule that reads the start model's answers; null: the one at hand.</param>
public sealed class SampledReward(
    IRewardRule rule,
    GroupSize size,
    Reinference reinference,
    int groups,
    long seed,
    int right = 0,
    AnswerDistribution? start = null)
    : IExpectedReward
{
    public double[] Of(AnswerDistribution policy, int iteration) =>
    [
        .. Enumerable.Range(0, policy.Answers).Select(answer => Samples(policy, iteration, answer).Average()),
    ];

    /// <summary>[groups] rewards of a trajectory with this answer, one from each sampled group.</summary>
    public IEnumerable<double> Samples(AnswerDistribution policy, int iteration, int answer)
    {
        IReadOnlyList<(RewardInputs Input, AnswerDistribution Source)> further =
            SimulatedEvidence.FurtherAnswers(rule, start ?? policy, policy);
        for (int g = 0; g < groups; g++)
        {
            Random random = RandomStream.For(seed, iteration, answer, g);
            AnswerGroup group = SampledGroup.Sample(answer, policy, size, _ => reinference, random);
            foreach ((RewardInputs input, AnswerDistribution source) in further)
            {
                int[] answers = [.. Enumerable.Range(0, size.Trajectories).Select(_ => source.Sample(random))];
                group = group.With(input, answers);
            }
            yield return SimulatedEvidence.ScoreOfFirst(group, rule, right, policy.Answers, random);
        }
    }
}
