namespace Retrace.Training.Learning;

/// <summary>
/// How much more likely the policy makes each token of a response than the server did that drew it: truncated
/// importance sampling. A server computes the same weights with other kernels, in another number format or one step
/// late, and the gradient of what it drew is that of its own distribution.
/// </summary>
/// <remarks>
/// w_t = min(π_old(t) / μ(t), C), with which the policy's term of the loss is multiplied; the ratio that is clipped
/// stays π / π_old. Source: Yao et al. 2025, "Your Efficient RL Framework Secretly Brings You Off-Policy RL Training".
/// </remarks>
/// <param name="Weights">[T] w</param>
/// <param name="Truncated">How many of them would be above C.</param>
public sealed record TokenImportance(float[] Weights, int Truncated)
{
    /// <param name="policy">[T] ln π_old of each token.</param>
    /// <param name="server">[T] ln μ of each token.</param>
    /// <param name="truncation">C</param>
    public static TokenImportance Of(float[] policy, float[] server, double truncation)
    {
        double[] ratios = [.. policy.Zip(server, (ours, theirs) => Math.Exp((double)ours - theirs))];
        return new TokenImportance(
            Array.ConvertAll(ratios, ratio => (float)Math.Min(ratio, truncation)),
            ratios.Count(ratio => ratio > truncation));
    }
}
