using Retrace.Models;
using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Pretraining;
using static TorchSharp.torch;

namespace Retrace.Benchmarks;

/// <summary>Models with random weights and inputs of random numbers: speed does not ask what they mean.</summary>
internal static class RandomModel
{
    /// <summary>The argument, with a folder, that has <see cref="HundredMillion"/> written there.</summary>
    public const string Checkpoint = "checkpoint";

    private const int SpecialTokens = 8;
    private const int ImagePad = 6;

    /// <summary>88M weights in the decoder and 14M in the vision tower.</summary>
    public static ModelConfig HundredMillion { get; } = Shape(hidden: 768, layers: 12, vocabulary: 16000);

    /// <summary>For trials.</summary>
    public static ModelConfig Smallest { get; } = Shape(hidden: 128, layers: 2, vocabulary: 400);

    /// <summary>
    /// A Qwen2.5-VL whose other sizes are in proportion: heads of 64, three query heads to a key head or one.
    /// </summary>
    public static ModelConfig Shape(int hidden, int layers, int vocabulary)
    {
        int heads = hidden / 64;
        return new ModelConfig(
            ModelFamilies.Default,
            new TextConfig(
                VocabularySize: vocabulary,
                HiddenSize: hidden,
                IntermediateSize: hidden * 8 / 3 / 64 * 64,
                Layers: layers,
                Heads: heads,
                KeyValueHeads: heads % 3 == 0 ? heads / 3 : heads,
                NormEpsilon: 1e-6,
                RopeTheta: 1e6,
                RopeAxes: Rotary.AxesInSections(8, 12, 12),
                MaxPositions: 32768,
                TieWordEmbeddings: true),
            new WindowedVisionConfig(
                Depth: Math.Max(2, layers / 2),
                HiddenSize: hidden / 2,
                IntermediateSize: hidden,
                Heads: Math.Max(1, heads / 2),
                OutHiddenSize: hidden,
                PatchSize: 14,
                MergeSize: 2,
                TemporalPatchSize: 2,
                WindowSize: 112,
                FullAttentionBlocks: [Math.Max(2, layers / 2) - 1]),
            // No token stops a sample, so that lengths are what was asked for.
            new TokenIds(
                EndOfText: 0, Stops: [], VisionStart: 2, VisionEnd: 3, VisionPad: 4, ImagePad: ImagePad, VideoPad: 7));
    }

    /// <summary>Writes a checkpoint of the sizes of <see cref="HundredMillion"/>, which transformers reads, too.</summary>
    public static int Write(string folder)
    {
        RandomCheckpoint.Write(
            HundredMillion.Family, new ModelSize("100m", HundredMillion.Text, HundredMillion.Vision), folder, seed: 1);
        return 0;
    }

    public static VisionLanguageNetwork Create(ModelConfig config)
    {
        var model = new VisionLanguageNetwork(config, ScalarType.Float32, CPU);
        model.Initialise(seed: 1);
        return model;
    }

    /// <summary>Random text.</summary>
    public static int[] Tokens(ModelConfig config, int count, int place)
    {
        Random random = RandomStream.For(0, place);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(SpecialTokens, config.Text.VocabularySize))];
    }

    /// <summary>A square image of noise.</summary>
    /// <param name="side">In tokens: four times as many patches, of 14 pixels to a side, as tokens.</param>
    public static ProcessedImage Image(ModelConfig config, int side, int place)
    {
        Random random = RandomStream.For(1, place);
        int patches = side * config.Vision.MergeSize;
        float[] values = new float[patches * patches * config.Vision.PatchLength];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }
        return new ProcessedImage(new ImageGrid(1, patches, patches), values);
    }

    /// <summary>The image's tokens, and random text behind them.</summary>
    public static int[] PromptWithImage(ModelConfig config, int side, int textTokens, int place) =>
    [
        config.Tokens.VisionStart,
        .. Enumerable.Repeat(ImagePad, side * side),
        config.Tokens.VisionEnd,
        .. Tokens(config, textTokens, place),
    ];
}
