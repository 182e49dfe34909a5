namespace Retrace.Anchors;

/// <summary>
/// The ratio's anchor, snapped back to the last end of a reasoning step at or before it; 0 where no step ends before
/// it.
/// </summary>
public sealed class StepAnchor(double keepRate) : IAnchorRule
{
    private readonly RatioAnchor _ratio = new(keepRate);

    public int Choose(AnchorContext context, Random random)
    {
        int limit = _ratio.Choose(context, random);
        int anchor = 0;
        foreach (int stepEnd in context.StepEnds)
        {
            if (stepEnd <= limit)
            {
                anchor = Math.Max(anchor, stepEnd);
            }
        }
        return anchor;
    }

    public double ExpectedKept(double length, int paddedLength) => _ratio.ExpectedKept(length, paddedLength);
}
