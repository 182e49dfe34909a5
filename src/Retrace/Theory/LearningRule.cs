using Retrace.Advantages;
using Retrace.Rewards;

namespace Retrace.Theory;

/// <summary>A reward rule with the scale of its advantages.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Reward">The rule, as training uses it.</param>
/// <param name="Normalisation">What a reward's distance from its group's mean is divided by.</param>
/// <param name="Retraces">
/// Whether the continuations retrace; if not, their places are taken by as many independent samples, which vote.
/// </param>
public sealed record LearningRule(
    string Name, IRewardRule Reward, AdvantageNormalisation Normalisation, bool Retraces)
{
    /// <summary>
    /// Majority voting at the token budget of retracing; SFR with each normalisation; survival, batch-std.
    /// </summary>
    public static IReadOnlyList<LearningRule> Compared { get; } =
    [
        new("majority", RewardRules.Create("majority"), AdvantageNormalisation.GroupStd, Retraces: false),
        Softened("group-std"),
        Softened("group-mean"),
        Softened("batch-std"),
        Survival(0.5),
        Survival(0.75),
        Survival(1),
    ];

    private static LearningRule Softened(string normalisation) => new(
        $"sfr, {normalisation}", RewardRules.Create("sfr"), GroupAdvantages.Parse(normalisation), Retraces: true);

    private static LearningRule Survival(double weight) => new(
        FormattableString.Invariant($"survival λ {weight}"),
        RewardRules.Create("survival", new RewardParameters(SurvivalWeight: weight)),
        AdvantageNormalisation.BatchStd,
        Retraces: true);
}
