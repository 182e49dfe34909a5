using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Models.Text;
using Retrace.Problems;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests;

/// <summary>A <see cref="SmallModel"/> as a folder in the hub's layout.</summary>
internal static class SmallModelFolder
{
    /// <summary>Loads the folder in fp32.</summary>
    public static VisionLanguageModel Load(TemporaryFolder folder) =>
        VisionLanguageModel.Load(folder.Path, ScalarType.Float32, CPU);

    /// <summary>Writes all files, with random weights.</summary>
    public static void WriteModel(TemporaryFolder folder, bool tied = true, string? family = null)
    {
        using DisposeScope scope = NewDisposeScope();
        SmallModel.Family(family).TrainTokenizer([], 264, folder.Path);
        ModelConfig config = Config(folder, tied, family);
        using var network = new VisionLanguageNetwork(config, ScalarType.Float32, CPU);
        network.Initialise(seed: 3);
        CheckpointWriter.Write(
            folder.Path, network.Parameters.Names.Select(name => (name, network.Parameters[name])));
        config.Save(folder.Path);
        ImageProcessorConfig images = config.Family.ImageDefaults;
        (images with { PatchSize = 4, MinPixels = 64, MaxPixels = 4096 }).Save(folder.Path);
    }

    /// <summary>The folder's configuration; its tokenizer has to be there.</summary>
    public static ModelConfig Config(TemporaryFolder folder, bool tied, string? family = null)
    {
        ModelConfig small = SmallModel.Config(tied, family);
        int imagePad = small.Family.LoadTokenizer(folder.Path).IdOf(small.Family.Chat.ImagePad)!.Value;
        return small with
        {
            Text = small.Text with { VocabularySize = 264 },
            Tokens = small.Tokens with { ImagePad = imagePad },
        };
    }

    /// <summary>The logits after an image and a few tokens, from pixels to numbers.</summary>
    public static float[] Logits(VisionLanguageModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        int pad = model.Network.Config.Tokens.ImagePad;
        byte[] rgb = [.. Enumerable.Range(0, 3 * 16 * 16).Select(i => (byte)(i * 31))];
        ProcessedImage image = model.Images.Process(new PixelImage(16, 16, rgb));
        int[] ids = model.Network.Config.ExpandImages([5, pad, 6, 7], [image.Grid]);
        ImageFeatures features = model.Network.EncodeImages([image]);
        var batch = SequenceBatch.Of(
            model.Network.Config, [new TokenSequence(ids, [0])], features, PaddingSide.Left, CPU);
        return [.. SmallModel.Logits(model.Network, model.Network.Forward(batch, features)).data<float>()];
    }
}
