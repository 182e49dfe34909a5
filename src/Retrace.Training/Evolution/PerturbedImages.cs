using Retrace.Models.Images;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// v': the images that the continuations of one trajectory see (VSP). They are made when somebody reads them, once, on
/// whichever thread comes first.
/// </summary>
internal sealed class PerturbedImages
{
    /// <param name="problem">Has the clean images.</param>
    /// <param name="perturbation">What is done to each of them.</param>
    /// <param name="random">Read by the perturbation alone.</param>
    /// <param name="processor">Makes patches of pixels.</param>
    public PerturbedImages(
        PreparedProblem problem, IImagePerturbation perturbation, Random random, ImageProcessor processor)
    {
        Lazy<IReadOnlyList<PixelImage>> pixels =
            new(() => [.. problem.Pixels.Select(clean => perturbation.Apply(clean, random))]);
        Pixels = pixels;
        Patches = new(() =>
        [
            .. pixels.Value.Zip(problem.Pixels, problem.Images).Select(image => image.First == image.Second
                ? image.Third // Unperturbed: the same image, whose features all can share.
                : processor.Process(image.First)),
        ]);
    }

    /// <summary>Makes them all, on all cores.</summary>
    public static void MakeAll(IEnumerable<PerturbedImages> images) =>
        Parallel.ForEach(images, one => _ = one.Patches.Value);

    /// <summary>As pixels. They hold no patches, so that they can be kept for the log.</summary>
    public Lazy<IReadOnlyList<PixelImage>> Pixels { get; }

    /// <summary>As the model reads them.</summary>
    public Lazy<IReadOnlyList<ProcessedImage>> Patches { get; }
}
