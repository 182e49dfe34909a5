using Retrace.Images;
using Retrace.Models;
using Retrace.Problems;
using static TorchSharp.torch;

namespace Retrace.Testing;

/// <summary>An <see cref="UntrainedModel"/> for a whole test class, loaded.</summary>
public sealed class UntrainedModelFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public UntrainedModelFolder()
    {
        UntrainedModel.Write(_folder.Path);
        Model = VisionLanguageModel.Load(_folder.Path, ScalarType.Float32, CPU);
    }

    public VisionLanguageModel Model { get; }

    /// <summary>Loads the same model as from a folder without tokenizer files.</summary>
    public VisionLanguageModel LoadWithoutTokenizer()
    {
        using TemporaryFolder copy = new();
        foreach (string file in Directory.EnumerateFiles(_folder.Path))
        {
            string name = Path.GetFileName(file);
            if (name is not ("tokenizer.json" or "vocab.json" or "merges.txt"))
            {
                File.Copy(file, copy.Combine(name));
            }
        }
        return VisionLanguageModel.Load(copy.Path, ScalarType.Float32, CPU);
    }

    /// <summary>A PNG of noise.</summary>
    internal static byte[] Picture(int width, int height, int seed)
    {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).NextBytes(rgb);
        return ImageDecoder.EncodePng(new PixelImage(width, height, rgb));
    }

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
