namespace Retrace.Anchors;

/// <summary>Chooses where a trajectory is cut for re-inference (RRM).</summary>
public interface IAnchorRule
{
    /// <summary>
    /// The anchor t in tokens: the prefix keeps tokens [0, t), and the continuations are sampled from there. Either 0,
    /// which re-samples the whole response, or less than <see cref="AnchorContext.AnswerStart"/>, so that no answer
    /// leaks; <see cref="PaddedAnchor"/> alone, the first release's, goes up to <see cref="AnchorContext.Length"/>.
    /// </summary>
    int Choose(AnchorContext context, Random random);

    /// <summary>
    /// The expected number of tokens kept of a response of this length, for forecasts; half of them by default.
    /// </summary>
    /// <param name="length">The mean length of responses in tokens.</param>
    /// <param name="paddedLength">The longest that a response may have, in tokens.</param>
    double ExpectedKept(double length, int paddedLength) => length / 2;
}
