using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Applies two different perturbations one after the other, chosen at random for each image; each samples its own
/// level.
/// </summary>
/// <param name="choices">At least two.</param>
public sealed class ComposedPerturbation(params IReadOnlyList<IImagePerturbation> choices) : IImagePerturbation
{
    public PixelImage Apply(PixelImage image, Random random)
    {
        IImagePerturbation[] shuffled = [.. choices];
        random.Shuffle(shuffled);
        return shuffled[1].Apply(shuffled[0].Apply(image, random), random);
    }
}
