namespace Retrace.Anchors;

/// <summary>
/// Keeps a fixed share of the response: floor(keepRate × length), the length being the real one. Where that would reach
/// the boxed answer, the share is taken of what stands before the answer, so that some reasoning is always thought
/// anew; a response with too little before its answer to keep any of it is re-sampled from the start.
/// </summary>
/// <remarks>
/// Not simply clamped to the answer: with all of the reasoning kept, every continuation repeats its conclusion, and the
/// survival of an answer says nothing about it.
/// </remarks>
public sealed class RatioAnchor : IAnchorRule
{
    private readonly double _keepRate;

    /// <param name="keepRate">Share of the tokens kept, from 0 to below 1. The release's default is 0.7.</param>
    /// <exception cref="BadInputException">The keep rate is out of range.</exception>
    public RatioAnchor(double keepRate) => _keepRate = KeepRate.Checked(keepRate);

    public int Choose(AnchorContext context, Random random)
    {
        int anchor = (int)(_keepRate * context.Length);
        return anchor < context.AnswerStart ? anchor : (int)(_keepRate * context.AnswerStart);
    }

    public double ExpectedKept(double length, int paddedLength) => _keepRate * length;
}
