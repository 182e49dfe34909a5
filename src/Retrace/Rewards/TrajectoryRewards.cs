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
    private const string ScorePart = "score";
    private const string FormPart = "asked form";
    private const string WeightPart = "weight of the problem";

    /// <summary>[n] the reward of each maternal trajectory. The rule sees no label that it does not read.</summary>
    /// <param name="group">The answers to one problem, with the evidence that the rule reads.</param>
    /// <param name="formatted">[n] whether each response has the asked form.</param>
    /// <exception cref="ArgumentException">The group lacks something that the rule needs.</exception>
    public double[] Of(AnswerGroup group, IReadOnlyList<bool> formatted) => Explain(group, formatted).Scores;

    /// <summary>
    /// The same with what the rewards are made of: the parts of the rule, then, where they make a difference, its score, the
    /// form, and the problem's weight.
    /// </summary>
    /// <inheritdoc cref="Of"/>
    public ExplainedScores Explain(AnswerGroup group, IReadOnlyList<bool> formatted)
    {
        AnswerGroup visible = Visible(group);
        ExplainedScores ofRule = rule.Explain(visible);
        double weight = rule.WeightOf(visible);
        bool isBlended = !rule.GivesAdvantages && formatWeight > 0;
        return new ExplainedScores(
            isBlended
                ? [.. ofRule.Scores.Zip(formatted, (score, form) => RewardBlend.Total(score, form, formatWeight))]
                : ofRule.Scores,
            ofRule.Formula,
            [
                .. ofRule.Parts,
                .. isBlended
                    ?
                    [
                        RewardPart.Of(ScorePart, ofRule.Scores),
                        RewardPart.Of(FormPart, formatted.Select(form => form ? 1.0 : 0.0)),
                    ]
                    : Array.Empty<RewardPart>(),
                .. weight == 1
                    ? Array.Empty<RewardPart>()
                    : [RewardPart.Of(WeightPart, ofRule.Scores.Select(_ => weight))],
            ]);
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
