namespace Retrace.Anchors;

/// <summary>
/// The first release's anchor, for ablations: the ratio of the <em>padded</em> length, the longest that a response may
/// have. A response that is shorter than that is kept whole, its answer included, and is not retraced at all.
/// </summary>
/// <remarks>
/// The one rule whose prefix may hold the answer. Continuations of such a prefix repeat it, at once in the same turn,
/// and so far as the model agrees with itself in a new one.
/// </remarks>
public sealed class PaddedAnchor : IAnchorRule
{
    private readonly double _keepRate;

    /// <param name="keepRate">Share of the padded length that is kept, from 0 to below 1.</param>
    /// <exception cref="BadInputException">The keep rate is out of range.</exception>
    public PaddedAnchor(double keepRate) => _keepRate = KeepRate.Checked(keepRate);

    public int Choose(AnchorContext context, Random random) =>
        Math.Min((int)(_keepRate * context.PaddedLength), context.Length);

    public double ExpectedKept(double length, int paddedLength) => Math.Min(_keepRate * paddedLength, length);
}
