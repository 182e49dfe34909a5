namespace Retrace.Rewards;

/// <summary>The numbers that the reward rules are configured by; each rule reads its own.</summary>
/// <param name="Gamma">γ of sfr, in [0, 1).</param>
/// <param name="Beta">β of sfr, above 0.</param>
/// <param name="SurvivalWeight">λ of survival, in [0, 1].</param>
/// <param name="Damping">d of chain, in [0, 1).</param>
/// <param name="Threshold">The threshold of srt, in [0, 1].</param>
public sealed record RewardParameters(
    double Gamma = SoftenedFrequency.PaperGamma,
    double Beta = SoftenedFrequency.PaperBeta,
    double SurvivalWeight = 0.5,
    double Damping = RetracingChainReward.DefaultDamping,
    double Threshold = SelfRewardedTrainingReward.ReleasedThreshold);

/// <summary>
/// The reward rules by the names that a configuration uses (<c>reward.rule</c>, and <c>method</c> where a rule can do
/// without continuations).
/// </summary>
public static class RewardRules
{
    private static readonly NamedChoices<Func<RewardParameters, IRewardRule>> Rules = new(
        "reward rule",
        ("sfr", parameters => new SoftenedFrequencyReward(new SoftenedFrequency(parameters.Gamma, parameters.Beta))),
        ("survival", parameters => new SurvivalReward(parameters.SurvivalWeight)),
        ("consistency", _ => new ConsistencyReward()),
        ("released", _ => new ReleasedReward()),
        ("max-entropy-anchor", _ => new MaxEntropyAnchorReward()),
        ("majority", _ => new MajorityReward()),
        ("entropy", _ => new EntropyReward()),
        ("self-certainty", _ => new SelfCertaintyReward()),
        ("supervised", _ => new SupervisedReward()),
        ("random", _ => new RandomReward()),
        ("chain", parameters => new RetracingChainReward(parameters.Damping)),
        ("grounded", parameters => new GroundedReward(parameters.SurvivalWeight)),
        ("grounded-vote", parameters => new GroundedVoteReward(parameters.SurvivalWeight)),
        ("srt", parameters => new SelfRewardedTrainingReward(parameters.Threshold)),
        ("srt-soft", _ => new SoftVoteReward()),
        ("empo", _ => new SemanticEntropyReward()),
        ("ttrv", _ => new EntropyRegularisedVoteReward()),
        ("evolmm", _ => new EvolvingSolverReward()),
        ("dual-consensus", _ => new DualConsensusReward()),
        ("restrain", _ => new RestrainedVoteReward()),
        ("scope", _ => new StepConfidenceReward()),
        ("actor-judge", _ => new JudgedVoteReward()),
        ("co-rewarding-ii", _ => new TeacherVoteReward()),
        ("covo", _ => new PathConsistencyReward()),
        ("co-rewarding-i", _ => new RephrasedVoteReward()),
        ("self-harmony", _ => new HarmonicVoteReward()));

    /// <summary>All of them, registered ones included.</summary>
    public static IReadOnlyList<string> Names => Rules.Names;

    /// <summary>Registers a rule of your own under a name, so that configurations can choose it.</summary>
    /// <param name="name">Letters, digits, - and _. Registering it again replaces the rule.</param>
    /// <param name="create">Creates the rule from the numbers in the configuration.</param>
    /// <exception cref="ArgumentException">The name cannot be used, or belongs to a built-in rule.</exception>
    public static void Register(string name, Func<RewardParameters, IRewardRule> create) => Rules.Register(name, create);

    /// <summary>A rule with its default numbers.</summary>
    /// <exception cref="BadInputException">There is no rule of that name.</exception>
    public static IRewardRule Create(string name) => Create(name, new RewardParameters());

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="parameters">The numbers.</param>
    /// <exception cref="BadInputException">
    /// There is no rule of that name, or one of its numbers is out of range.
    /// </exception>
    public static IRewardRule Create(string name, RewardParameters parameters) => Rules[name](parameters);
}
