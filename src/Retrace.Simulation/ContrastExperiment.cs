using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>
/// Iterates P_{n+1} ∝ P_n · exp(r/β) for every reward rule, as <c>reward.rule</c> of a method that retraces, and
/// measures the contrastive factor of the first mode and the rarest answer in each round.
/// </summary>
/// <remarks>What a rule reads besides both rounds is as <see cref="SampledReward"/> has it.</remarks>
public static class ContrastExperiment
{
    /// <summary>
    /// The majority indicator, exact; <c>sfr</c> exact at the size of the group; then each rule, exact over small
    /// groups and sampled at the size of the group. A rule that reads random numbers is only sampled.
    /// </summary>
    /// <exception cref="BadInputException">A number of the setting is out of range.</exception>
    public static IReadOnlyList<ContrastCurve> Run(CollapseSetting setting)
    {
        setting.Check();
        return
        [
            Curve("majority indicator", null, false, new ModeReward()),
            Curve("sfr", setting.Group, false, new ExpectedSoftenedReward(
                setting.Group, setting.Reinference, new SoftenedFrequency())),
            .. RewardRules.Names.Select(name => (Name: name, Rule: RewardRules.Create(name)))
                .SelectMany(one => Curves(one.Name, one.Rule)),
        ];

        IEnumerable<ContrastCurve> Curves(string name, IRewardRule rule)
        {
            if (!rule.Reads.HasFlag(RewardInputs.RandomNumbers))
            {
                yield return Curve(name, setting.EnumeratedGroup, false, new EnumeratedReward(
                    rule, setting.EnumeratedGroup, setting.Reinference, setting.Right, setting.Initial));
            }
            yield return Curve(name, setting.Group, true, new SampledReward(
                rule,
                setting.Group,
                setting.Reinference,
                setting.SampledGroups,
                setting.Seed,
                setting.Right,
                setting.Initial));
        }

        ContrastCurve Curve(string name, GroupSize? group, bool isSampled, IExpectedReward reward)
        {
            IReadOnlyList<AnswerDistribution> policies = PolicyIteration.Run(
                setting.Initial, reward, setting.Beta, ReferencePolicy.Previous, setting.Iterations);
            return new ContrastCurve(name, group, isSampled,
            [
                .. policies.Zip(policies.Skip(1), (before, after) =>
                    Contrast.Between(before, after, setting.Frequent, setting.Rare)),
            ]);
        }
    }
}
