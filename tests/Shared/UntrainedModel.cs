using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Network;
using Retrace.Pretraining;
using static TorchSharp.torch;

namespace Retrace.Testing;

/// <summary>A model folder with all its files, small enough for a test, whose weights nothing has trained.</summary>
internal static class UntrainedModel
{
    /// <summary>What the folder's evolve.yaml says about the longest response.</summary>
    public const int MaxResponseTokens = 12;

    private static readonly PretrainingRecipe Recipe = PretrainingRecipe.Tiny with
    {
        Size = new ModelSize(
            "untrained",
            PretrainingRecipe.Tiny.Size.Text with
            {
                HiddenSize = 32,
                IntermediateSize = 48,
                Layers = 2,
                Heads = 2,
                KeyValueHeads = 1,
                RopeAxes = Rotary.AxesInSections(2, 3, 3),
            },
            (WindowedVisionConfig)PretrainingRecipe.Tiny.Size.Vision with
            {
                Depth = 2,
                HiddenSize = 32,
                IntermediateSize = 48,
                Heads = 2,
                OutHiddenSize = 32,
                FullAttentionBlocks = [1],
            }),
        Images = PretrainingRecipe.Tiny.Images with { MaxPixels = 28 * 28 * 9 },
        VocabularySize = 300,
        CorpusLessons = 40,
        // One thread: the tensors are too small to be shared out.
        RunSettings =
            $"threads: 1\nrollout: {{max_response_tokens: {MaxResponseTokens}}}\nmodel: {{dtype: fp32}}\n",
    };

    public static void Write(string directory)
    {
        new Pretrainer(Recipe, seed: 3).WriteUntrainedModel(directory);
        using VisionLanguageModel model = VisionLanguageModel.Load(directory, ScalarType.Float32, CPU);
        Parameters weights = model.Network.Parameters;
        using var noGrad = no_grad();
        foreach (string name in weights.Names.Where(name => weights[name].dim() > 1))
        {
            // Weights of the usual size would make so small a model almost linear, and its choices close.
            weights[name].mul_(8);
        }
        CheckpointWriter.Write(directory, weights.Names.Select(name => (name, weights[name])));
    }
}
