namespace Retrace.Simulation;

/// <summary>
/// The contrastive factor of Propositions 1 and 2: how fast the odds of a frequent answer x₁ over one of the long tail,
/// x₂, grow in one round. G = R_{n+1} / R_n with R_n = P_n(x₁) / P_n(x₂).
/// </summary>
/// <remarks>
/// Where the reference is the policy of the round before, P_{n+1} ∝ P_n · exp(r/β) and G = exp(η · Δr) with η = 1/β and
/// Δr = r(x₁) − r(x₂). The majority indicator has Δr = 1, the most that rewards in [0, 1] can have.
/// </remarks>
public static class Contrast
{
    /// <summary>G from the policies before and after a round; null where one of the answers has no mass left.</summary>
    public static double? Between(AnswerDistribution before, AnswerDistribution after, int frequent, int rare)
    {
        double growth = LogOdds(after) - LogOdds(before);
        return double.IsFinite(growth) ? Math.Exp(growth) : null;

        double LogOdds(AnswerDistribution policy) => Math.Log(policy[frequent]) - Math.Log(policy[rare]);
    }

    /// <summary>G from the rewards: exp(η · Δr).</summary>
    /// <param name="rewards">[A] the expected reward of each answer.</param>
    /// <param name="beta">β, the weight of the KL divergence; η is 1/β.</param>
    public static double Factor(IReadOnlyList<double> rewards, double beta, int frequent, int rare) =>
        Math.Exp((rewards[frequent] - rewards[rare]) / beta);
}
