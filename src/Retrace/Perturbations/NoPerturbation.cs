using Retrace.Problems;

namespace Retrace.Perturbations;

/// <summary>Leaves the image as it is: the ablation of VSP.</summary>
public sealed class NoPerturbation : IImagePerturbation
{
    public PixelImage Apply(PixelImage image, Random random) => image;

    public bool ChangesImages => false;
}
