using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Families.Qwen3VL;
using Retrace.Models.Network;
using Retrace.Pretraining;
using static TorchSharp.torch;

namespace Retrace.Testing;

/// <summary>A model folder with all its files, small enough for a test, whose weights nothing has trained.</summary>
internal static class UntrainedModel
{
    /// <summary>What the folder's evolve.yaml says about the longest response.</summary>
    public const int MaxResponseTokens = 12;

    /// <summary>Writes the folder.</summary>
    /// <param name="family">The model's; the default one if not given.</param>
    public static void Write(string directory, ModelFamily? family = null)
    {
        new Pretrainer(RecipeOf(family ?? ModelFamilies.Default), seed: 3).WriteUntrainedModel(directory);
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

    private static PretrainingRecipe RecipeOf(ModelFamily family)
    {
        (_, TextConfig text, VisionConfig vision) = family.Tiny;
        text = text with
        {
            HiddenSize = 32,
            IntermediateSize = 48,
            Layers = 2,
            Heads = 2,
            KeyValueHeads = 1,
            RopeAxes = text.NormsQueriesAndKeys ? text.RopeAxes : Rotary.AxesInSections(2, 3, 3),
            Experts = text.Experts is { } experts ? experts with { IntermediateSize = 24, Layers = [1] } : null,
        };
        vision = vision with { Depth = 2, HiddenSize = 32, IntermediateSize = 48, Heads = 2, OutHiddenSize = 32 };
        int token = family.ImageDefaults.PatchSize * vision.MergeSize; // Pixels to a side.
        return PretrainingRecipe.Tiny with
        {
            Family = family,
            Size = new ModelSize(
                "untrained",
                text,
                vision switch
                {
                    WindowedVisionConfig windowed => windowed with { FullAttentionBlocks = [1] },
                    StackedVisionConfig stacked => stacked with { DeepStackBlocks = [0, 1] },
                    _ => vision,
                }),
            Images = family.ImageDefaults with { MinPixels = token * token * 4, MaxPixels = token * token * 9 },
            VocabularySize = 300,
            CorpusLessons = 40,
            // One thread: the tensors are too small to be shared out.
            RunSettings =
                $"threads: 1\nrollout: {{max_response_tokens: {MaxResponseTokens}}}\nmodel: {{dtype: fp32}}\n",
        };
    }
}
