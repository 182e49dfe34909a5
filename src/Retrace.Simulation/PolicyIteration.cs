namespace Retrace.Simulation;

/// <summary>
/// Self-improvement in the ideal case: every iteration ends at the exact optimum of the KL-regularised problem, and the
/// new policy makes the next rewards.
/// </summary>
/// <remarks>
/// max E[r] − β KL(P ‖ P_ref) has the solution P(a) = P_ref(a) · exp(r(a)/β) / Z (Propositions 1 and 2 of
/// arXiv 2604.03647).
/// </remarks>
public static class PolicyIteration
{
    /// <summary>The closed form. An answer of probability 0 keeps it.</summary>
    /// <param name="reference">P_ref</param>
    /// <param name="rewards">[A] r</param>
    /// <param name="beta">β, above 0.</param>
    public static AnswerDistribution Optimum(AnswerDistribution reference, IReadOnlyList<double> rewards, double beta)
    {
        double[] logits = new double[reference.Answers];
        for (int a = 0; a < logits.Length; a++)
        {
            logits[a] = Math.Log(reference[a]) + rewards[a] / beta;
        }
        return AnswerDistribution.OfLogits(logits);
    }

    /// <summary>[iterations + 1] the policies, the initial one first.</summary>
    /// <param name="initial">P_0</param>
    /// <param name="reward">The reward that each policy gives its own answers.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="anchor">The policy that serves as P_ref.</param>
    /// <param name="iterations">The number of iterations.</param>
    public static IReadOnlyList<AnswerDistribution> Run(
        AnswerDistribution initial, IExpectedReward reward, double beta, ReferencePolicy anchor, int iterations)
    {
        List<AnswerDistribution> policies = [initial];
        for (int t = 0; t < iterations; t++)
        {
            AnswerDistribution reference = anchor == ReferencePolicy.Initial ? initial : policies[t];
            policies.Add(Optimum(reference, reward.Of(policies[t], t), beta));
        }
        return policies;
    }
}
