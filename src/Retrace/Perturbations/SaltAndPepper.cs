using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Turns a share of the pixels white or black, either with equal chance: share = level / 100, the level drawn from 1 to
/// 40 for each image.
/// </summary>
public sealed class SaltAndPepper : IImagePerturbation
{
    public PixelImage Apply(PixelImage image, Random random)
    {
        double share = NoiseLevel.Draw(random);
        byte[] noisy = image.Rgb.AsSpan().ToArray();
        for (int i = 0; i < noisy.Length; i += 3)
        {
            double draw = random.NextDouble();
            if (draw < share)
            {
                byte value = draw < share / 2 ? byte.MaxValue : byte.MinValue;
                noisy.AsSpan(i, 3).Fill(value);
            }
        }
        return new PixelImage(image.Width, image.Height, noisy);
    }
}
