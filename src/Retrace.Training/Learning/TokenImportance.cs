namespace Retrace.Training.Learning;

/// <summary>
/// Truncated importance sampling: weights that correct for a response sampled by a server. The server's distribution
/// differs from the policy's, because it uses other kernels, another number format or weights that are a step old.
/// </summary>
/// <remarks>
/// w_t = min(π_old(t) / μ(t), C), by which the policy term of the loss is multiplied; the clipped ratio remains
/// π / π_old. Source: Yao et al. 2025, "Your Efficient RL Framework Secretly Brings You Off-Policy RL Training".
/// </remarks>
/// <param name="Weights">[T] w_t</param>
/// <param name="Truncated">Number of weights that were truncated to C.</param>
public sealed record TokenImportance(float[] Weights, int Truncated)
{
    /// <param name="policy">[T] ln π_old of each token.</param>
    /// <param name="server">[T] ln μ of each token.</param>
    /// <param name="truncation">C, the largest weight.</param>
    public static TokenImportance Of(float[] policy, float[] server, double truncation)
    {
        double[] ratios = [.. policy.Zip(server, (ours, theirs) => Math.Exp((double)ours - theirs))];
        return new TokenImportance(
            Array.ConvertAll(ratios, ratio => (float)Math.Min(ratio, truncation)),
            ratios.Count(ratio => ratio > truncation));
    }
}
