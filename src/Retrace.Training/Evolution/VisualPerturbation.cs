using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Perturbations;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Visual semantic perturbation (VSP): a perturbed copy of each problem's images for each of its trajectories, shared
/// by that trajectory's continuations.
/// </summary>
/// <param name="perturbation">The perturbation to apply to each image.</param>
/// <param name="processor">The model's image processor.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class VisualPerturbation(IImagePerturbation perturbation, ImageProcessor processor, long seed)
{
    /// <summary>Creates the perturbation that the settings describe.</summary>
    public static VisualPerturbation Of(RunConfiguration configuration, ImageProcessor processor) => new(
        ImagePerturbations.Create(configuration.Retracing.Perturbation, configuration.Retracing.PerturbationLevel),
        processor,
        configuration.Seed);

    /// <summary>[problems][trajectories] The images of a step, computed on first use.</summary>
    public PerturbedImages[][] Of(int step, IReadOnlyList<PreparedProblem> problems, int trajectories) =>
    [
        .. problems.Select((problem, place) => Enumerable.Range(0, trajectories)
            .Select(i => new PerturbedImages(
                problem, perturbation, RandomStream.For(seed, Purpose.Perturbation, step, place, i), processor))
            .ToArray()),
    ];
}
