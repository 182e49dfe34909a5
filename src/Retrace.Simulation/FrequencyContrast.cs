using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>The contrastive factors of one round as a function of the frequencies of both answers.</summary>
/// <param name="Frequent">P(x₁)</param>
/// <param name="Rare">P(x₂); the rest of the mass is a third answer's.</param>
/// <param name="Rho">ρ: the expected softened frequency of x₁.</param>
/// <param name="Epsilon">ε: that of x₂.</param>
/// <param name="Softened">G_SR = exp(η(ρ − ε)).</param>
/// <param name="Voted">G under the vote of as many samples as both rounds have, where Δr is a difference of chances to win.</param>
/// <param name="Indicated">G_MV under the majority indicator: e^η where x₁ is the mode, and 1 where a third answer is.</param>
public sealed record FrequencyContrast(
    double Frequent, double Rare, double Rho, double Epsilon, double Softened, double Voted, double Indicated)
{
    private const double Rounding = 1e-9; // Of a sum of frequencies such as 0.6 + 0.4.

    /// <summary>All pairs with P(x₁) &gt; P(x₂) that leave the third answer no less than nothing.</summary>
    /// <param name="setting">Its group, re-inference and β are read.</param>
    /// <param name="frequent">The frequencies of x₁.</param>
    /// <param name="rare">The frequencies of x₂.</param>
    public static IReadOnlyList<FrequencyContrast> Table(
        CollapseSetting setting, IReadOnlyList<double> frequent, IReadOnlyList<double> rare) =>
    [
        .. from first in frequent
           from second in rare
           where first > second && first + second <= 1 + Rounding
           select Of(setting, first, second),
    ];

    private static FrequencyContrast Of(CollapseSetting setting, double frequent, double rare)
    {
        var policy = AnswerDistribution.Of([frequent, rare, Math.Max(0, 1 - frequent - rare)]);
        double[] softened = new ExpectedSoftenedReward(setting.Group, setting.Reinference, new SoftenedFrequency())
            .Of(policy, iteration: 0);
        double[] voted = new ExpectedMajorityReward(setting.Group.Total).Of(policy, iteration: 0);
        double[] indicated = new ModeReward().Of(policy, iteration: 0);
        return new FrequencyContrast(
            frequent,
            rare,
            softened[0],
            softened[1],
            Contrast.Factor(softened, setting.Beta, 0, 1),
            Contrast.Factor(voted, setting.Beta, 0, 1),
            Contrast.Factor(indicated, setting.Beta, 0, 1));
    }
}
