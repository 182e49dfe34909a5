using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>The numbers that the reward rules are configured by; each rule reads its own.</summary>
/// <param name="Softening">Of sfr and max-entropy-anchor; the release's factors if null.</param>
/// <param name="SurvivalWeight">λ of survival, in [0, 1].</param>
public sealed record RewardParameters(SofteningFactors? Softening = null, double SurvivalWeight = 0.5);

/// <summary>The reward rules by the names that a configuration uses (<c>reward.rule</c>).</summary>
public static class RewardRules
{
    private const string ReleasedName = "released";

    private static readonly SofteningFactors DefaultFactors = new();

    private static readonly NamedChoices<Func<RewardParameters, IRewardRule>> Rules = new(
        "reward rule",
        ("sfr", parameters => new SoftenedFrequencyReward(parameters.Softening ?? DefaultFactors)),
        (ReleasedName, _ => new ReleasedReward()),
        ("max-entropy-anchor", parameters => new MaxEntropyAnchorReward(parameters.Softening ?? DefaultFactors)),
        ("survival", parameters => new SurvivalReward(parameters.SurvivalWeight)),
        ("consistency", _ => new ConsistencyReward()),
        ("majority", _ => new MajorityReward()),
        ("entropy", _ => new EntropyReward()),
        ("self-certainty", _ => new SelfCertaintyReward()),
        ("supervised", _ => new SupervisedReward()),
        ("random", _ => new RandomReward()));

    public static IReadOnlyList<string> Names => Rules.Names;

    /// <summary>A rule with its default numbers.</summary>
    /// <exception cref="BadInputException">There is no rule of that name.</exception>
    public static IRewardRule Create(string name) => Create(name, new RewardParameters());

    /// <exception cref="BadInputException">
    /// There is no rule of that name, or one of its numbers is out of range.
    /// </exception>
    public static IRewardRule Create(string name, RewardParameters parameters) => Rules[name](parameters);

    /// <summary>
    /// How the answers are to be compared that the rule counts: mathematically, or as strings for the release's rule.
    /// </summary>
    /// <exception cref="BadInputException">There is no rule of that name.</exception>
    public static IAnswerEquivalence EquivalenceOf(string name) =>
        Rules[name] is not null && name == ReleasedName ? new ExactEquivalence() : new MathematicalEquivalence();
}
