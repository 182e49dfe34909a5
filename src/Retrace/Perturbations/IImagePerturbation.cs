using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>Changes an image without changing what it means (VSP).</summary>
public interface IImagePerturbation
{
    /// <summary>
    /// A perturbed copy of the same size, drawn afresh on each call; the image itself is left as it is.
    /// </summary>
    /// <remarks>Called from several threads at once.</remarks>
    PixelImage Apply(PixelImage image, Random random);
}
