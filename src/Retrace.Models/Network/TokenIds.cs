namespace Retrace.Models.Network;

/// <summary>Ids of the special tokens that <c>config.json</c> names.</summary>
/// <param name="EndOfText">The token that pads batches.</param>
/// <param name="Stops">A sample ends with the first of any of these; the first of them ends a turn.</param>
/// <param name="VisionStart">The token before those of an image or a video.</param>
/// <param name="VisionEnd">The token after those of an image or a video.</param>
/// <param name="VisionPad">A token that the vocabulary reserves.</param>
/// <param name="ImagePad">The id of every token of an image.</param>
/// <param name="VideoPad">The id of every token of a video.</param>
public sealed record TokenIds(
    int EndOfText,
    IReadOnlyList<int> Stops,
    int VisionStart,
    int VisionEnd,
    int VisionPad,
    int ImagePad,
    int VideoPad)
{
    /// <summary>
    /// The tokens that stand for images and videos or fill batches up, which are never a response's: their probability is
    /// 0.
    /// </summary>
    public IReadOnlyList<int> NeverSampled =>
    [
        .. ((int[])[VisionStart, VisionEnd, VisionPad, ImagePad, VideoPad, EndOfText]).Distinct().Except(Stops),
    ];

    /// <summary>Ends a turn of the chat template.</summary>
    public int EndOfTurn => Stops[0];
}
