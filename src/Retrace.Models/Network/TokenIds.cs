namespace Retrace.Models.Network;

/// <summary>Ids of the special tokens that <c>config.json</c> names.</summary>
/// <param name="EndOfText">Pads batches.</param>
/// <param name="Stops">A sample ends with the first of any of these; the first of them ends a turn.</param>
/// <param name="VisionStart">Stands before the tokens of an image or a video.</param>
/// <param name="VisionEnd">Stands behind them.</param>
/// <param name="VisionPad">Is reserved by the vocabulary.</param>
/// <param name="ImagePad">Each token of an image has this id.</param>
/// <param name="VideoPad">Each token of a video has this id.</param>
public sealed record TokenIds(
    int EndOfText,
    IReadOnlyList<int> Stops,
    int VisionStart,
    int VisionEnd,
    int VisionPad,
    int ImagePad,
    int VideoPad)
{
    /// <summary>Ends a turn of the chat template.</summary>
    public int EndOfTurn => Stops[0];
}
