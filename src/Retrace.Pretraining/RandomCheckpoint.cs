using Retrace.Geometry;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Qwen;
using Retrace.Models.Text;
using static TorchSharp.torch;

namespace Retrace.Pretraining;

/// <summary>
/// A checkpoint with the sizes of a published model and random weights, to try memory and speed without the real ones. It
/// has a small tokenizer of its own, whose ids are the first of the large vocabulary.
/// </summary>
public static class RandomCheckpoint
{
    private const int CorpusLessons = 500; // Text for the tokenizer; the vocabulary is full long before.
    private const int TokenizerSize = 768;

    // Sizes of the published config.json files (Bai et al. 2025, arXiv 2502.13923, table 1).
    private static readonly (string Name, TextConfig Text, bool Tied)[] Sizes =
    [
        ("qwen2.5-vl-3b-random", Decoder(151936, hidden: 2048, intermediate: 11008, layers: 36, heads: 16, keyValueHeads: 2), true),
        ("qwen2.5-vl-7b-random", Decoder(152064, hidden: 3584, intermediate: 18944, layers: 28, heads: 28, keyValueHeads: 4), false),
        ("qwen2.5-vl-72b-random", Decoder(152064, hidden: 8192, intermediate: 29568, layers: 80, heads: 64, keyValueHeads: 8), false),
    ];

    /// <summary>The presets' names.</summary>
    public static IReadOnlyList<string> Presets { get; } = [.. Sizes.Select(size => size.Name)];

    /// <summary>Writes the folder: bf16 shards of at most 5 GB, drawn tensor by tensor.</summary>
    /// <param name="preset">One of <see cref="Presets"/>.</param>
    /// <param name="directory">Made if it is not there.</param>
    /// <exception cref="BadInputException">The folder is not empty.</exception>
    public static void Write(string preset, string directory, long seed)
    {
        (TextConfig text, VisionConfig vision, bool tied) = SizesOf(preset);
        Write(text, vision, tied, directory, seed);
    }

    /// <summary>A preset's decoder and vision tower, and whether its head is the embedding.</summary>
    internal static (TextConfig Text, VisionConfig Vision, bool Tied) SizesOf(string preset)
    {
        (_, TextConfig text, bool tied) = Sizes.First(size => size.Name == preset);
        return (text, Tower(text.HiddenSize), tied);
    }

    /// <summary>The same with other sizes.</summary>
    /// <param name="text">The decoder's; at least as many words as the tokenizer has.</param>
    /// <param name="vision">The vision tower's.</param>
    /// <param name="tied">Whether the head is the embedding.</param>
    /// <exception cref="BadInputException">The folder is not empty.</exception>
    public static void Write(TextConfig text, VisionConfig vision, bool tied, string directory, long seed)
    {
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new BadInputException($"{directory} is not empty; give another --output.");
        }
        ByteLevelBpeTrainer.Train(
            Enumerable.Range(0, CorpusLessons)
                .Select(i => Lesson.TextOf(GeometryGenerator.Create(GeometrySplit.Train, seed, i))),
            TokenizerSize,
            ChatTemplate.SpecialTokens,
            directory);
        var config = new QwenConfig(text, vision, PretrainingRecipe.SpecialTokens(Tokenizer.Load(directory)), tied);
        new ImageProcessorConfig().Save(directory);
        config.Save(directory);
        CheckpointWriter.Write(directory, QwenModel.RandomWeights(config, ScalarType.BFloat16, seed));
    }

    private static TextConfig Decoder(
        int vocabulary, int hidden, int intermediate, int layers, int heads, int keyValueHeads) => new(
            vocabulary,
            hidden,
            intermediate,
            layers,
            heads,
            keyValueHeads,
            NormEpsilon: 1e-6,
            RopeTheta: 1e6,
            RopeSections: [16, 24, 24],
            MaxPositions: 128000);

    private static VisionConfig Tower(int outHidden) => new(
        Depth: 32,
        HiddenSize: 1280,
        IntermediateSize: 3420,
        Heads: 16,
        Channels: 3,
        outHidden,
        PatchSize: 14,
        MergeSize: 2,
        TemporalPatchSize: 2,
        WindowSize: 112,
        FullAttentionBlocks: [7, 15, 23, 31]);
}
