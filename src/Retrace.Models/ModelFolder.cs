using Retrace.Models.Adapters;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Models;

/// <summary>The folder of a whole model, checked: everything that it holds but the values of its weights.</summary>
/// <param name="Config">Sizes and special tokens.</param>
/// <param name="Images">How images become patches.</param>
/// <param name="Tokenizer">Null where the folder has no tokenizer files.</param>
public sealed record ModelFolder(ModelConfig Config, ImageProcessorConfig Images, Tokenizer? Tokenizer)
{
    /// <summary>
    /// Reads a folder, and checks that its files fit together and that every weight is there in its shape.
    /// </summary>
    /// <param name="directory">The folder, in the hub's layout.</param>
    /// <param name="maxPixels">
    /// The most pixels of an image, where this is fewer than the image processor's bound; null keeps that bound.
    /// </param>
    /// <exception cref="BadInputException">
    /// A file is missing or broken, a tensor has the wrong shape, or the folder holds an adapter.
    /// </exception>
    public static ModelFolder Check(string directory, int? maxPixels = null)
    {
        if (!Directory.Exists(directory))
        {
            throw new BadInputException(
                $"The model folder {directory} does not exist; name a {ModelFamilies.Names} folder in the hub's "
                + "layout.");
        }
        if (AdapterFolder.IsAt(directory))
        {
            throw new BadInputException(
                $"{directory} holds an adapter, and a run starts from a whole model; retrace export makes one of "
                + "the run that the adapter comes from.");
        }
        ModelConfig config = ModelFamilies.LoadConfig(directory);
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        ImageProcessorConfig images = config.Family.LoadImages(directory).Within(maxPixels);
        CheckPatches(images, config.Vision, directory);
        bool hasTokenizer = File.Exists(Path.Combine(directory, "tokenizer.json"))
            || File.Exists(Path.Combine(directory, "vocab.json"));
        Tokenizer? tokenizer = hasTokenizer ? config.Family.LoadTokenizer(directory) : null;
        if (tokenizer?.VocabularySize > config.Text.VocabularySize)
        {
            throw new BadInputException(
                $"The tokenizer in {directory} has ids up to {tokenizer.VocabularySize - 1}, but vocab_size in its "
                + $"config.json is {config.Text.VocabularySize}.");
        }
        StoredWeights.Check(config, checkpoint, directory);
        return new ModelFolder(config, images, tokenizer);
    }

    private static void CheckPatches(ImageProcessorConfig images, VisionConfig vision, string directory)
    {
        Check("patch_size", images.PatchSize, "patch_size", vision.PatchSize);
        Check("merge_size", images.MergeSize, "spatial_merge_size", vision.MergeSize);
        Check("temporal_patch_size", images.TemporalPatchSize, "temporal_patch_size", vision.TemporalPatchSize);

        void Check(string key, int size, string configKey, int configSize)
        {
            if (size != configSize)
            {
                throw new BadInputException(
                    $"The image settings in {directory} have {key} {size}, but {configKey} in its config.json is "
                    + $"{configSize}.");
            }
        }
    }
}
