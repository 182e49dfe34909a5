using Retrace.Models.Images;
using Retrace.Problems;

namespace Retrace.Training.Evolution;

/// <summary>The images that one trajectory's second round sees (VSP).</summary>
/// <param name="Pixels">Perturbed.</param>
/// <param name="Patches">The same as the model reads them.</param>
internal sealed record PerturbedImages(IReadOnlyList<PixelImage> Pixels, IReadOnlyList<ProcessedImage> Patches);
