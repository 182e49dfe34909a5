using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Statistics;

/// <summary>
/// The answers of a whole step, as its metrics report them. Means are over problems unless said otherwise.
/// </summary>
/// <param name="AnswerRate">Mean of <see cref="GroupStatistics.AnswerRate"/>.</param>
/// <param name="MajorityShare">Mean of <see cref="GroupStatistics.MajorityShare"/>.</param>
/// <param name="HighConfidenceShare">The share of problems whose top answer has a frequency in [0.8, 1.0].</param>
/// <param name="DistinctAnswers">Mean of <see cref="GroupStatistics.DistinctAnswers"/>.</param>
public sealed record BatchStatistics(
    double AnswerRate, double MajorityShare, double HighConfidenceShare, double DistinctAnswers)
{
    /// <summary>The share of maternal trajectories with the right answer; null where nothing is labelled.</summary>
    public double? Accuracy { get; private init; }

    /// <summary>
    /// The share of labelled problems whose majority answer is right; null where nothing is labelled.
    /// </summary>
    public double? PseudoLabelAccuracy { get; private init; }

    /// <summary>
    /// The share of continuations that came back to the answer they were cut from, over all trajectories with an
    /// answer; null where there are none. Needs no labels.
    /// </summary>
    public double? Survival { get; private init; }

    /// <summary>
    /// [5] the share of problems whose top answer has a frequency in [0, 0.2), [0.2, 0.4), … [0.8, 1.0]; they add up
    /// to 1. Empty where there are no problems.
    /// </summary>
    public IReadOnlyList<double> TopShareHistogram { get; private init; } = [];

    /// <summary>
    /// The share of continuations of rightly answered trajectories that came back to that answer; null where there are
    /// none.
    /// </summary>
    public double? SurvivalRight { get; private init; }

    /// <summary>
    /// The same share for wrongly answered trajectories. Those without an answer are neither. The survival gap is the
    /// difference.
    /// </summary>
    public double? SurvivalWrong { get; private init; }

    /// <summary>
    /// [5] the accuracy of the answers (one each sample) whose frequency in their group lies in [0, 0.2), … [0.8, 1.0];
    /// null where an interval is empty (the paper's fig. 3a).
    /// </summary>
    public IReadOnlyList<double?> AccuracyByFrequency { get; private init; } = [];

    public static BatchStatistics Of(IReadOnlyList<AnswerGroup> groups)
    {
        GroupStatistics[] statistics = [.. groups.Select(GroupStatistics.Of)];
        Share accuracy = new();
        Share pseudoLabels = new();
        Share survival = new();
        Share survivalRight = new();
        Share survivalWrong = new();
        Share[] byFrequency = [.. Enumerable.Range(0, FrequencyInterval.Count).Select(_ => new Share())];

        foreach ((AnswerGroup group, GroupStatistics groupStatistics) in groups.Zip(statistics))
        {
            int[] survivors = Rewards.Survival.Survivors(group);
            for (int i = 0; i < group.Retraced.Count; i++)
            {
                if (group.Maternal[i] != AnswerClasses.None)
                {
                    survival.Add(survivors[i], group.Retraced[i].Count);
                }
            }
            if (group.GoldClass is not int gold)
            {
                continue;
            }
            int majority = groupStatistics.MajorityClass;
            pseudoLabels.Add(majority != AnswerClasses.None && majority == gold ? 1 : 0, 1);
            Dictionary<int, int> counts = AnswerCounts.Count(group.Maternal);
            for (int i = 0; i < group.Maternal.Count; i++)
            {
                int answer = group.Maternal[i];
                bool right = answer != AnswerClasses.None && answer == gold;
                accuracy.Add(right ? 1 : 0, 1);
                if (answer == AnswerClasses.None)
                {
                    continue;
                }
                byFrequency[FrequencyInterval.Of(counts[answer], group.Maternal.Count)].Add(right ? 1 : 0, 1);
                if (group.Retraced.Count > 0)
                {
                    (right ? survivalRight : survivalWrong).Add(survivors[i], group.Retraced[i].Count);
                }
            }
        }

        return new BatchStatistics(
            statistics.Select(group => group.AnswerRate).DefaultIfEmpty().Average(),
            statistics.Select(group => group.MajorityShare).DefaultIfEmpty().Average(),
            statistics.Select(group => group.IsHighConfidence ? 1.0 : 0.0).DefaultIfEmpty().Average(),
            statistics.Select(group => (double)group.DistinctAnswers).DefaultIfEmpty().Average())
        {
            Accuracy = accuracy.Value,
            PseudoLabelAccuracy = pseudoLabels.Value,
            Survival = survival.Value,
            TopShareHistogram = HistogramOf(groups),
            SurvivalRight = survivalRight.Value,
            SurvivalWrong = survivalWrong.Value,
            AccuracyByFrequency = [.. byFrequency.Select(share => share.Value)],
        };
    }

    private static double[] HistogramOf(IReadOnlyList<AnswerGroup> groups)
    {
        int[] problems = new int[FrequencyInterval.Count];
        foreach (AnswerGroup group in groups.Where(group => group.Maternal.Count > 0))
        {
            int top = AnswerCounts.Count(group.Maternal).Values.DefaultIfEmpty().Max();
            problems[FrequencyInterval.Of(top, group.Maternal.Count)]++;
        }
        int all = problems.Sum();
        return all == 0 ? [] : Array.ConvertAll(problems, count => (double)count / all);
    }

    private sealed class Share
    {
        private int _part;
        private int _whole;

        public double? Value => _whole == 0 ? null : (double)_part / _whole;

        public void Add(int part, int whole)
        {
            _part += part;
            _whole += whole;
        }
    }
}
