namespace Retrace.Anchors;

/// <summary>
/// Cuts right before a forking token: the one with the highest next-token entropy in a window around the ratio's
/// anchor.
/// </summary>
/// <remarks>
/// The window reaches a fifth of the response to either side and ends before the answer; it leaves out token 0, before
/// which there is nothing to keep. Of equal entropies the earliest wins. A response too short for a window keeps the
/// ratio's anchor.
/// </remarks>
public sealed class EntropyAnchor(double keepRate) : IAnchorRule
{
    private const double WindowReach = 0.2;

    private readonly RatioAnchor _ratio = new(keepRate);

    /// <exception cref="ArgumentException">The context does not have one entropy for each token.</exception>
    public int Choose(AnchorContext context, Random random)
    {
        if (context.Entropies.Count != context.Length)
        {
            throw new ArgumentException(
                $"The entropy anchor needs one entropy a token; it got {context.Entropies.Count} for {context.Length}.");
        }
        int centre = _ratio.Choose(context, random);
        int reach = (int)(WindowReach * context.Length);
        int first = Math.Max(1, centre - reach);
        int last = Math.Min(context.AnswerStart - 1, centre + reach);

        int anchor = centre;
        float highest = float.NegativeInfinity;
        for (int token = first; token <= last; token++)
        {
            if (context.Entropies[token] > highest)
            {
                highest = context.Entropies[token];
                anchor = token;
            }
        }
        return anchor;
    }

    public double ExpectedKept(double length, int paddedLength) => _ratio.ExpectedKept(length, paddedLength);
}
