using Retrace.Rewards;

namespace Retrace.Statistics;

/// <summary>Statistics of one group of answers. Frequencies are those of the maternal round.</summary>
/// <param name="MajorityShare">
/// The share of the n trajectories that give the most frequent maternal answer, in [0, 1].
/// </param>
/// <param name="IsHighConfidence">
/// Whether that share is at least 0.8; many such problems are the sign of collapse (the paper's fig. 3b).
/// </param>
/// <param name="DistinctAnswers">Different answers among the maternal ones, unextractable ones left out.</param>
/// <param name="AnswerRate">The share of the n trajectories that have an answer.</param>
/// <param name="MajorityClass">The pseudo-label: the answer that <see cref="MajorityReward"/> rewards.</param>
/// <param name="Survivals">
/// [n] the share of each trajectory's continuations that came back to its answer: 0 without an answer, null without
/// continuations.
/// </param>
public sealed record GroupStatistics(
    double MajorityShare,
    bool IsHighConfidence,
    int DistinctAnswers,
    double AnswerRate,
    int MajorityClass,
    IReadOnlyList<double?> Survivals)
{
    public static GroupStatistics Of(AnswerGroup group)
    {
        int samples = group.Maternal.Count;
        Dictionary<int, int> counts = AnswerCounts.Count(group.Maternal);
        int top = counts.Values.DefaultIfEmpty().Max();
        int[] survivors = Survival.Survivors(group);
        return new GroupStatistics(
            samples == 0 ? 0 : (double)top / samples,
            samples > 0 && FrequencyInterval.Of(top, samples) == FrequencyInterval.Count - 1,
            counts.Count,
            samples == 0 ? 0 : (double)counts.Values.Sum() / samples,
            new AnswerCounts(group).Majority(),
            [.. survivors.Select(SurvivalOf)]);

        double? SurvivalOf(int survived, int trajectory) =>
            group.Retraced.Count == 0 || group.Retraced[trajectory].Count == 0
                ? null
                : (double)survived / group.Retraced[trajectory].Count;
    }
}
