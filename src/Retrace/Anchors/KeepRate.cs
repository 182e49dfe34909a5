namespace Retrace.Anchors;

/// <summary>ω, the share of a response that its continuations keep.</summary>
internal static class KeepRate
{
    /// <exception cref="BadInputException">The share is not in [0, 1).</exception>
    public static double Checked(double keepRate) => keepRate is >= 0 and < 1
        ? keepRate
        : throw new BadInputException(
            FormattableString.Invariant($"The keep rate is {keepRate}; it must be at least 0 and less than 1."));
}
