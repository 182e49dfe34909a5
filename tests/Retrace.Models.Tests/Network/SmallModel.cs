using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Images;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

/// <summary>A model small enough for a test, with everything the real one has: windows, grouped heads, three axes.</summary>
internal static class SmallModel
{
    public const int ImagePad = 7;

    public static ModelConfig Config(bool tied = true) => new(
        ModelFamilies.Default,
        new TextConfig(
            VocabularySize: 40,
            HiddenSize: 32,
            IntermediateSize: 48,
            Layers: 3,
            Heads: 4,
            KeyValueHeads: 2,
            NormEpsilon: 1e-6,
            RopeTheta: 10000,
            RopeAxes: Rotary.AxesInSections(1, 2, 1),
            MaxPositions: 512,
            tied),
        new WindowedVisionConfig(
            Depth: 2,
            HiddenSize: 16,
            IntermediateSize: 24,
            Heads: 2,
            OutHiddenSize: 32,
            PatchSize: 4,
            MergeSize: 2,
            TemporalPatchSize: 2,
            WindowSize: 16,
            FullAttentionBlocks: [1]),
        new TokenIds(0, [1, 0], 2, 3, 6, ImagePad, 8));

    public static VisionLanguageNetwork Create(bool tied = true, ScalarType type = ScalarType.Float32)
    {
        var model = new VisionLanguageNetwork(Config(tied), type, CPU);
        model.Initialise(seed: 5);
        using var noGrad = no_grad();
        foreach (string name in model.Parameters.Names.Where(name => model.Parameters[name].dim() > 1))
        {
            // Weights of the usual size would make so small a model almost linear.
            model.Parameters[name].mul_(8);
        }
        return model;
    }

    /// <summary>An image of noise.</summary>
    public static ProcessedImage Image(int height, int width, int seed)
    {
        var random = new Random(seed);
        float[] patches = new float[height * width * 3 * 2 * 4 * 4];
        for (int i = 0; i < patches.Length; i++)
        {
            patches[i] = (random.NextSingle() * 2) - 1;
        }
        return new ProcessedImage(new ImageGrid(1, height, width), patches);
    }
}
