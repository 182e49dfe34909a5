using Retrace.Geometry;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Pretraining;

/// <summary>
/// A checkpoint with the sizes of a published model and random weights, to try memory and speed without the real ones.
/// It has a small tokenizer of its own, whose ids are the first of the large vocabulary.
/// </summary>
public static class RandomCheckpoint
{
    private const int CorpusLessons = 500; // Text for the tokenizer; the vocabulary is full long before.
    private const int TokenizerSize = 768;

    private const string Suffix = "-random";

    /// <summary>The presets' names: the published sizes of all families.</summary>
    public static IReadOnlyList<string> Presets =>
        [.. ModelFamilies.All.SelectMany(family => family.PublishedSizes).Select(size => size.Name + Suffix)];

    /// <summary>Writes the folder: bf16 shards of at most 5 GB, made tensor by tensor.</summary>
    /// <param name="preset">One of <see cref="Presets"/>.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">The folder is not empty.</exception>
    public static void Write(string preset, string directory, long seed)
    {
        (ModelFamily family, ModelSize size) = Find(preset);
        Write(family, size, directory, seed);
    }

    /// <summary>The family and the sizes behind a preset's name.</summary>
    internal static (ModelFamily Family, ModelSize Size) Find(string preset) => ModelFamilies.All
        .SelectMany(family => family.PublishedSizes, (family, size) => (family, size))
        .First(pair => pair.size.Name + Suffix == preset);

    /// <summary>Writes such a folder for a family, with any sizes.</summary>
    /// <param name="family">The model's family.</param>
    /// <param name="size">Its vocabulary has at least as many words as the tokenizer.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">The folder is not empty.</exception>
    public static void Write(ModelFamily family, ModelSize size, string directory, long seed)
    {
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new BadInputException($"{directory} is not empty; give another --output.");
        }
        family.TrainTokenizer(
            Enumerable.Range(0, CorpusLessons)
                .Select(i => Lesson.TextOf(GeometryGenerator.Create(GeometrySplit.Train, seed, i), family.Chat)),
            TokenizerSize,
            directory);
        TokenIds tokens = family.FindTokens(family.LoadTokenizer(directory));
        const ScalarType Type = ScalarType.BFloat16;
        var config = new ModelConfig(family, size.Text, size.Vision, tokens) { StoredType = Type };
        family.ImageDefaults.Save(directory);
        config.Save(directory);
        CheckpointWriter.Write(directory, VisionLanguageNetwork.RandomWeights(config, Type, seed));
    }
}
