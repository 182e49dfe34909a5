using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Turns a share of the pixels white or black, either with equal chance: share = level / 100.
/// </summary>
public sealed class SaltAndPepper(int highestLevel = PerturbationLevel.ReleasedHighest) : IImagePerturbation
{
    public PixelImage Apply(PixelImage image, Random random)
    {
        double share = PerturbationLevel.Sample(random, highestLevel) / 100.0;
        byte[] noisy = image.Rgb.AsSpan().ToArray();
        for (int i = 0; i < noisy.Length; i += 3)
        {
            double uniform = random.NextDouble();
            if (uniform < share)
            {
                byte value = uniform < share / 2 ? byte.MaxValue : byte.MinValue;
                noisy.AsSpan(i, 3).Fill(value);
            }
        }
        return new PixelImage(image.Width, image.Height, noisy);
    }
}
