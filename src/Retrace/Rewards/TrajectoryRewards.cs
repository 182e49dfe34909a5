using Retrace.Advantages;

namespace Retrace.Rewards;

/// <summary>
/// Computes the rewards that a rule gives a batch of groups, and the advantages that follow from them.
/// </summary>
/// <param name="rule">Scores the groups.</param>
/// <param name="formatWeight">w of <see cref="RewardBlend.Total"/>.</param>
/// <param name="normalisation">What a reward's deviation from the mean of its group is divided by.</param>
public sealed class TrajectoryRewards(IRewardRule rule, double formatWeight, AdvantageNormalisation normalisation)
{
    /// <summary>[n] the reward of each maternal trajectory. The rule sees no label that it does not read.</summary>
    /// <param name="group">The answers to one problem, with the evidence that the rule reads.</param>
    /// <param name="formatted">[n] whether each response has the asked form.</param>
    /// <exception cref="ArgumentException">The group lacks something that the rule needs.</exception>
    public double[] Of(AnswerGroup group, IReadOnlyList<bool> formatted)
    {
        double[] scores = rule.Score(Visible(group));
        return rule.GivesAdvantages
            ? scores
            : [.. scores.Zip(formatted, (score, form) => RewardBlend.Total(score, form, formatWeight))];
    }

    /// <summary>
    /// [groups][n] the advantages of all groups of a batch, multiplied by each problem's weight
    /// (<see cref="IRewardRule.WeightOf"/>).
    /// </summary>
    /// <param name="rewards">[groups][n] as <see cref="Of"/> gives them.</param>
    /// <param name="groups">[groups] the answers that they were given for.</param>
    public double[][] Advantages(IReadOnlyList<double[]> rewards, IEnumerable<AnswerGroup> groups)
    {
        double[][] advantages = rule.GivesAdvantages ? [.. rewards] : GroupAdvantages.Of(rewards, normalisation);
        return [.. advantages.Zip(groups, (group, answers) => Weighted(group, rule.WeightOf(Visible(answers))))];
    }

    // What the rule may see of a group: the label only if it reads it.
    private AnswerGroup Visible(AnswerGroup group) =>
        rule.Reads.HasFlag(RewardInputs.Label) ? group : group with { GoldClass = null };

    private static double[] Weighted(double[] advantages, double weight) =>
        weight == 1 ? advantages : Array.ConvertAll(advantages, advantage => advantage * weight);
}
