using Retrace.Models.Images;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// v': the images that the continuations of one trajectory see (VSP). They are computed once, when they are first read,
/// on the reading thread.
/// </summary>
internal sealed class PerturbedImages
{
    /// <param name="problem">The problem with the clean images.</param>
    /// <param name="perturbation">The perturbation to apply to each image.</param>
    /// <param name="random">The random numbers of the perturbation.</param>
    /// <param name="processor">Turns pixels into patches.</param>
    public PerturbedImages(
        PreparedProblem problem, IImagePerturbation perturbation, Random random, ImageProcessor processor)
    {
        Lazy<IReadOnlyList<PixelImage>> pixels =
            new(() => [.. problem.Pixels.Select(clean => perturbation.Apply(clean, random))]);
        Pixels = pixels;
        Patches = new(() =>
        [
            .. pixels.Value.Zip(problem.Pixels, problem.Images).Select(image => image.First == image.Second
                ? image.Third // Unperturbed images remain the same object, so that their features are shared.
                : processor.Process(image.First)),
        ]);
    }

    /// <summary>Computes all the images, on all cores.</summary>
    /// <exception cref="OperationCanceledException">The operation was cancelled, between two trajectories' images.</exception>
    public static void MakeAll(IEnumerable<PerturbedImages> images, CancellationToken cancellation) => Parallel.ForEach(
        images, new ParallelOptions { CancellationToken = cancellation }, one => _ = one.Patches.Value);

    /// <summary>
    /// The images as pixels. They do not hold the patches in memory, so they can be kept for the log.
    /// </summary>
    public Lazy<IReadOnlyList<PixelImage>> Pixels { get; }

    /// <summary>The images as patches, for the model.</summary>
    public Lazy<IReadOnlyList<ProcessedImage>> Patches { get; }
}
