using Retrace.Advantages;
using Retrace.Configuration;
using Retrace.Rewards;

namespace Retrace.Evaluation.RuleStudies;

/// <summary>All rules on the same stored samples, without training.</summary>
/// <param name="Rules">In the order asked for.</param>
/// <param name="Agreement">
/// [rules][rules] mean over groups of the correlation of two rules' rewards, where both have spread; null where none
/// has.
/// </param>
public sealed record RuleStudy(IReadOnlyList<RuleResult> Rules, IReadOnlyList<IReadOnlyList<double?>> Agreement)
{
    /// <summary>Reads the samples once, and holds no more than one group of them at a time.</summary>
    /// <param name="samples">A run's folder, or a file of responses as <c>retrace reward</c> reads it.</param>
    /// <param name="rules">Names of rules.</param>
    /// <param name="configuration">The rules' numbers, the format's weight, the advantages' scale, and the seed.</param>
    /// <exception cref="BadInputException">The samples cannot be used, or there is no rule of a name.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static RuleStudy Of(
        string samples, IReadOnlyList<string> rules, RunConfiguration configuration, CancellationToken cancellation)
    {
        AdvantageNormalisation normalisation = GroupAdvantages.Parse(configuration.Learning.Advantage);
        if (normalisation == AdvantageNormalisation.BatchStd)
        {
            throw new BadInputException(
                "learn.advantage is batch-std, but stored groups are read one by one; give group-std or group-mean");
        }
        RuleRecord[] records =
        [
            .. rules.Select(name => new RuleRecord(
                name,
                RewardRules.Create(name, configuration.Reward.ToParameters()),
                configuration.Reward.FormatWeight,
                normalisation)),
        ];
        (double Sum, long Groups)[,] agreement = new (double, long)[records.Length, records.Length];
        long groups = 0;
        StoredGroup.Read(samples, configuration, stored =>
        {
            cancellation.ThrowIfCancellationRequested();
            groups++;
            double[]?[] rewards = Array.ConvertAll(records, record => record.Add(stored));
            for (int i = 0; i < records.Length; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    if (rewards[i] is double[] one && rewards[j] is double[] other && Correlation(one, other) is double r)
                    {
                        agreement[i, j] = (agreement[i, j].Sum + r, agreement[i, j].Groups + 1);
                    }
                }
            }
        });
        if (groups == 0)
        {
            throw new BadInputException($"{samples} holds no answers to compare rules on.");
        }
        return new RuleStudy(
            [.. records.Select(record => record.Result())],
            [.. Enumerable.Range(0, records.Length).Select(i => (IReadOnlyList<double?>)
            [
                .. Enumerable.Range(0, records.Length).Select(j => Mean(agreement[Math.Max(i, j), Math.Min(i, j)])),
            ])]);
    }

    private static double? Correlation(double[] one, double[] other)
    {
        CorrelationSums sums = new();
        sums.Add(one, other);
        return sums.Correlation;
    }

    private static double? Mean((double Sum, long Groups) total) => total.Groups == 0 ? null : total.Sum / total.Groups;
}
