using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen;

/// <summary>What the Qwen-VL families have in common: tokens, where they stand, and the form of a chat.</summary>
public abstract class QwenFamily : ModelFamily
{
    private protected QwenFamily()
    {
    }

    public override TokenizerRules TokenizerRules { get; } = new Qwen2TokenizerRules();

    public override ImageProcessorConfig ImagesWhereSilent =>
        ImageDefaults with { MinPixels = 56 * 56, MaxPixels = 28 * 28 * 1280 };

    public override TokenIds FindTokens(Tokenizer tokenizer)
    {
        return new TokenIds(
            EndOfText: Id(Chat.Padding),
            Stops: [Id(Chat.EndOfTurn), Id(Chat.Padding)],
            VisionStart: Id("<|vision_start|>"),
            VisionEnd: Id("<|vision_end|>"),
            VisionPad: Id("<|vision_pad|>"),
            ImagePad: Id(Chat.ImagePad),
            VideoPad: Id("<|video_pad|>"));

        int Id(string token) =>
            tokenizer.IdOf(token) ?? throw new InvalidOperationException($"The tokenizer has no {token}.");
    }

    public override TokenPositions PositionsOf(
        ModelConfig config, ReadOnlySpan<int> tokens, IReadOnlyList<ImageGrid> grids) =>
        ImagePositions.Of(tokens, grids, config.Tokens.ImagePad, config.Vision.MergeSize);
}
