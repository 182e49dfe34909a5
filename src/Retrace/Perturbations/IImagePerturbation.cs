using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>Changes an image without changing what it means (VSP).</summary>
public interface IImagePerturbation
{
    /// <summary>
    /// Returns a perturbed copy of the same size, random on each call; the image itself stays as it is.
    /// </summary>
    /// <remarks>Called from several threads at once.</remarks>
    PixelImage Apply(PixelImage image, Random random);

    /// <summary>Whether there is a changed copy to keep; false where images stay as they are.</summary>
    bool ChangesImages => true;
}
