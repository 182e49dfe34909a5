using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Takes level / 100 of the contrast away: moves every value by that share towards the mean of them all.
/// </summary>
/// <remarks>It never adds contrast: figures have full contrast already, so clipping would undo it.</remarks>
public sealed class ReducedContrast(int highestLevel = PerturbationLevel.ReleasedHighest) : IImagePerturbation
{
    public PixelImage Apply(PixelImage image, Random random)
    {
        double share = PerturbationLevel.Sample(random, highestLevel) / 100.0;
        double mean = image.Rgb.Average(value => (double)value);
        byte[] paler =
            [.. Enumerable.Range(0, 256).Select(value => (byte)Math.Round(double.Lerp(value, mean, share)))];
        return new PixelImage(image.Width, image.Height, Array.ConvertAll(image.Rgb, value => paler[value]));
    }
}
