namespace Retrace.Anchors;

/// <summary>Any place before the answer with equal chance, the start of the response included.</summary>
public sealed class RandomAnchor : IAnchorRule
{
    public int Choose(AnchorContext context, Random random) =>
        context.AnswerStart > 0 ? random.Next(context.AnswerStart) : 0;
}
