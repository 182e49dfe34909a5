using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Agreement after truncation and perturbation, as Self-Consistency Sampling weighs it (arXiv 2511.10648), beside the
/// vote: r = (0.2 · consistency + 0.7 · majority) / 0.9, which a format weight of 0.1 turns into shares of 0.2, 0.7 and
/// 0.1.
/// </summary>
/// <remarks>
/// consistency = (k + 2 − d) / (k + 1), where d is the number of distinct answers among a trajectory's own and its k
/// continuations', each unextractable one counting as distinct. In [0, 1]. A trajectory without an answer of its own
/// gets 0 whatever its continuations say: not answering must not pay.
/// </remarks>
public sealed class ConsistencyReward : IRewardRule
{
    private const double ConsistencyWeight = 0.2;
    private const double MajorityWeight = 0.7;

    private readonly MajorityReward _majority = new();

    public RewardInputs Reads => RewardInputs.Continuations;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        double[] votes = _majority.Score(group);
        double[] consistencies = [.. votes.Select((_, trajectory) => Consistency(group, trajectory))];
        return new ExplainedScores(
            [
                .. consistencies.Zip(votes, (consistency, vote) =>
                    ((ConsistencyWeight * consistency) + (MajorityWeight * vote)) / (ConsistencyWeight + MajorityWeight)),
            ],
            "(0.2 · consistency + 0.7 · vote) / 0.9",
            [RewardPart.Of("consistency", consistencies), RewardPart.Of("vote", votes)]);
    }

    private static double Consistency(AnswerGroup group, int trajectory)
    {
        if (group.Maternal[trajectory] == AnswerClasses.None)
        {
            return 0;
        }
        IReadOnlyList<int> continuations = group.Retraced.Count == 0 ? [] : group.Retraced[trajectory];
        int distinct = continuations.Append(group.Maternal[trajectory])
            .Where(answer => answer != AnswerClasses.None)
            .Distinct()
            .Count();
        distinct += continuations.Count(answer => answer == AnswerClasses.None);
        return (continuations.Count + 2.0 - distinct) / (continuations.Count + 1);
    }
}
