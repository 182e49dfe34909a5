using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Evaluation.RuleStudies;

/// <summary>What is known of one rule on stored groups, as running sums.</summary>
internal sealed class RuleRecord(string name, IRewardRule rule, double formatWeight, AdvantageNormalisation normalisation)
{
    private readonly TrajectoryRewards _rewards = new(rule, formatWeight, normalisation);
    private readonly CorrelationSums _over = new();
    private readonly CorrelationSums _within = new();
    private string? _lacking;
    private long _groups;
    private long _withoutSpread;
    private long _labeled;
    private double _pull;
    private long _voteWrong;
    private double _rescued;
    private long _voteRight;
    private double _lost;

    public string Name => name;

    /// <summary>[n] the rewards of a group's trajectories; null where the rule cannot read it.</summary>
    /// <exception cref="BadInputException">What the rule reads does not fit together.</exception>
    public double[]? Add(StoredGroup stored)
    {
        if (stored.Lacks(rule) is string lacking)
        {
            _lacking = lacking;
            return null;
        }
        AnswerGroup group = stored.GroupFor(rule);
        double[] rewards = RewardsOf(stored, group);
        double[] advantages = _rewards.Advantages([rewards], [group])[0];
        _groups++;
        _withoutSpread += advantages.All(advantage => advantage == 0) ? 1 : 0;
        if (group.GoldClass is int gold)
        {
            Measure(group, gold, rewards, advantages);
        }
        return rewards;
    }

    public RuleResult Result() => _groups == 0
        ? new RuleResult(name, 0) { Lacks = _lacking }
        : new RuleResult(name, _groups)
        {
            WithoutSpread = (double)_withoutSpread / _groups,
            Within = _within.Correlation,
            Over = _over.Correlation,
            Pull = _labeled == 0 ? null : _pull / _labeled,
            Rescued = _voteWrong == 0 ? null : _rescued / _voteWrong,
            VoteWrong = _voteWrong,
            Lost = _voteRight == 0 ? null : _lost / _voteRight,
            VoteRight = _voteRight,
        };

    private double[] RewardsOf(StoredGroup stored, AnswerGroup group)
    {
        try
        {
            return _rewards.Of(group, stored.AreFormatted);
        }
        catch (ArgumentException unusable)
        {
            throw new BadInputException($"{stored.Place}: {unusable.Message}", unusable);
        }
    }

    private void Measure(AnswerGroup group, int gold, double[] rewards, double[] advantages)
    {
        _labeled++;
        double[] right = [.. group.Maternal.Select(answer => answer != AnswerClasses.None && answer == gold ? 1.0 : 0.0)];
        _over.Add(rewards, right);
        _within.Add(Centred(rewards), Centred(right));
        _pull += advantages.Zip(right, (advantage, one) => advantage * one).Sum() / right.Length;
        if (right.Sum() is double share && (share == 0 || share == right.Length))
        {
            return; // Nothing to choose between.
        }
        double highest = rewards.Max();
        double top = rewards.Zip(right).Where(one => one.First == highest).Average(one => one.Second);
        if (new MajorityReward().Score(group).Zip(right, (vote, one) => vote * one).Any(product => product > 0))
        {
            _voteRight++;
            _lost += 1 - top;
        }
        else
        {
            _voteWrong++;
            _rescued += top;
        }
    }

    private static double[] Centred(double[] values)
    {
        double mean = values.Average();
        return Array.ConvertAll(values, value => value - mean);
    }
}
