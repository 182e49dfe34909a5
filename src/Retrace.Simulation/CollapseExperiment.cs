using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>Propositions 1 and 2 side by side: what each reward does to one distribution of answers.</summary>
public static class CollapseExperiment
{
    /// <summary>For each reference the same maps in the same order; a sampled map follows its exact one.</summary>
    /// <exception cref="BadInputException">A number of the setting is out of range.</exception>
    public static IReadOnlyList<CollapseCurve> Run(CollapseSetting setting)
    {
        setting.Check();
        GroupSize voters = new(setting.Group.Total, 0);
        Reinference unperturbed = setting.Reinference with { Spread = 0 };
        SoftenedFrequency softening = new();
        (string Map, bool IsSampled, IExpectedReward Reward)[] maps =
        [
            ("majority, infinitely many votes", false, new ModeReward()),
            ($"majority of {voters.Trajectories} votes", false, new ExpectedMajorityReward(voters.Trajectories)),
            ($"majority of {voters.Trajectories} votes", true, Sampled(new MajorityReward(), voters, default)),
            ("sfr, not perturbed", false, new ExpectedSoftenedReward(setting.Group, unperturbed, softening)),
            ("sfr, perturbed", false, new ExpectedSoftenedReward(setting.Group, setting.Reinference, softening)),
            ("sfr, perturbed", true,
                Sampled(new SoftenedFrequencyReward(softening), setting.Group, setting.Reinference)),
        ];
        return
        [
            .. from reference in Enum.GetValues<ReferencePolicy>()
               from map in maps
               select new CollapseCurve(map.Map, reference, map.IsSampled, PolicyIteration.Run(
                   setting.Initial, map.Reward, setting.Beta, reference, setting.Iterations)),
        ];

        SampledReward Sampled(IRewardRule rule, GroupSize size, Reinference reinference) =>
            new(rule, size, reinference, setting.SampledGroups, setting.Seed);
    }
}
