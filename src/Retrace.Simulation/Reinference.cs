namespace Retrace.Simulation;

/// <summary>
/// Retracing re-inference in its barest form: a continuation survives, that is, comes back to the answer of the
/// trajectory it was cut from, or it thinks anew.
/// </summary>
/// <remarks>
/// One that thinks anew samples its answer from the policy, blurred by the perturbation: (1 − spread) π + spread / A.
/// It may then hit its trajectory's answer by chance, so that a continuation comes back to an answer of probability p a
/// little more often than it survives.
/// </remarks>
/// <param name="Survival">The probability of surviving, in [0, 1].</param>
/// <param name="Spread">
/// The share of the uniform distribution in what a continuation that does not survive samples from, in [0, 1]: the
/// effect of the perturbed picture on the policy.
/// </param>
public readonly record struct Reinference(double Survival, double Spread = 0)
{
    /// <summary>The probability that a continuation gives an answer whose trajectory it was not cut from.</summary>
    public double Reaches(AnswerDistribution policy, int answer) =>
        (1 - Survival) * ((1 - Spread) * policy[answer] + Spread / policy.Answers);

    /// <summary>The probability that a continuation comes back to its trajectory's answer, by chance or not.</summary>
    public double Returns(AnswerDistribution policy, int answer) => Survival + Reaches(policy, answer);

    /// <summary>Samples the answer of a continuation, given its trajectory's answer.</summary>
    public int Sample(AnswerDistribution policy, int answer, Random random)
    {
        if (random.NextDouble() < Survival)
        {
            return answer;
        }
        return Spread > 0 && random.NextDouble() < Spread ? random.Next(policy.Answers) : policy.Sample(random);
    }
}
