using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Families.Qwen3VL;
using Retrace.Models.Images;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

/// <summary>
/// Models of all families small enough for a test, with everything the real ones have: windows, grouped heads, three axes,
/// DeepStack, experts.
/// </summary>
internal static class SmallModel
{
    public const int ImagePad = 7;

    /// <summary>The <c>model_type</c> of every family.</summary>
    public static string[] Families { get; } = [.. ModelFamilies.All.Select(family => family.ModelType)];

    public static ModelConfig Config(bool tied = true, string? family = null)
    {
        ModelFamily found = Family(family);
        (_, TextConfig text, VisionConfig vision) = found.Tiny;
        vision = vision with
        {
            Depth = 2,
            HiddenSize = 16,
            IntermediateSize = 24,
            Heads = 2,
            OutHiddenSize = 32,
            PatchSize = 4,
        };
        bool ownHeadSize = text.HeadSize * text.Heads != text.HiddenSize || text.NormsQueriesAndKeys;
        return new ModelConfig(
            found,
            text with
            {
                VocabularySize = 40,
                HiddenSize = 32,
                IntermediateSize = 48,
                Layers = 3,
                RopeAxes = ownHeadSize ? text.RopeAxes : Rotary.AxesInSections(1, 2, 1),
                MaxPositions = 512,
                TieWordEmbeddings = tied,
                Experts = text.Experts is { } experts ? experts with { IntermediateSize = 12, Layers = [0, 2] } : null,
            },
            vision switch
            {
                WindowedVisionConfig windowed => windowed with { WindowSize = 16, FullAttentionBlocks = [1] },
                StackedVisionConfig stacked => stacked with { DeepStackBlocks = [0, 1] },
                _ => vision,
            },
            new TokenIds(0, [1, 0], 2, 3, 6, ImagePad, 8));
    }

    public static VisionLanguageNetwork Create(
        bool tied = true, ScalarType type = ScalarType.Float32, string? family = null)
    {
        var model = new VisionLanguageNetwork(Config(tied, family), type, CPU);
        model.Initialise(seed: 5);
        using var noGrad = no_grad();
        foreach (string name in model.Parameters.Names.Where(name => model.Parameters[name].dim() > 1))
        {
            // Weights of the usual size would make so small a model almost linear.
            model.Parameters[name].mul_(8);
        }
        return model;
    }

    /// <summary>The family of this <c>model_type</c>; the default one if not given.</summary>
    public static ModelFamily Family(string? type) =>
        ModelFamilies.All.FirstOrDefault(family => family.ModelType == type) ?? ModelFamilies.Default;

    /// <summary>All layers that can be adapted, in the decoder and the vision encoder.</summary>
    public static string[] LoraTargets(string? family) =>
        [.. LoraSettings.DecoderLayers, "qkv", .. Config(family: family).Text.Experts is null ? [] : (string[])["experts"]];

    /// <summary>The logits of the tokens that can be sampled; those of the others are only very low.</summary>
    public static Tensor Logits(VisionLanguageNetwork model, Tensor hidden)
    {
        long[] sampled =
        [
            .. Enumerable.Range(0, model.Config.Text.VocabularySize).Except(model.Config.Tokens.NeverSampled)
                .Select(token => (long)token),
        ];
        return model.Logits(hidden).index_select(-1, tensor(sampled));
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
