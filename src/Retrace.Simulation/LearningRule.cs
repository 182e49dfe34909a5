using Retrace.Advantages;
using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>A reward rule with the scale of its advantages.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Reward">The rule, as training uses it.</param>
/// <param name="Normalisation">What a reward's deviation from the mean of its group is divided by.</param>
/// <param name="Retraces">
/// Whether continuations retrace; if not, as many independent samples take their place and vote.
/// </param>
public sealed record LearningRule(
    string Name, IRewardRule Reward, AdvantageNormalisation Normalisation, bool Retraces)
{
    /// <summary>
    /// Majority voting at the token budget of retracing, SFR, and survival with batch-std.
    /// </summary>
    public static IReadOnlyList<LearningRule> Compared { get; } =
    [
        Majority("group-std"),
        Majority("group-mean"),
        Softened("group-std"),
        Softened("group-mean"),
        Softened("batch-std"),
        Survival(0.5),
        Survival(0.75),
        Survival(1),
    ];

    private static LearningRule Majority(string normalisation) => Of("majority", normalisation, retraces: false);

    private static LearningRule Softened(string normalisation) => Of("sfr", normalisation, retraces: true);

    private static LearningRule Of(string rule, string normalisation, bool retraces) =>
        new($"{rule}, {normalisation}", RewardRules.Create(rule), GroupAdvantages.Parse(normalisation), retraces);

    private static LearningRule Survival(double weight) => new(
        FormattableString.Invariant($"survival λ {weight}"),
        RewardRules.Create("survival", new RewardParameters(SurvivalWeight: weight)),
        AdvantageNormalisation.BatchStd,
        Retraces: true);
}
