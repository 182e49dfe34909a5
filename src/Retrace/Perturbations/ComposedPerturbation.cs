using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>
/// Two different ones of several perturbations in a row, in any order, drawn for each image; each draws its own level.
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
