using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Perturbations;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Visual semantic perturbation (VSP): a perturbed copy of each problem's images for each of its trajectories, shared by
/// that trajectory's continuations.
/// </summary>
/// <param name="perturbation">What is done to an image.</param>
/// <param name="processor">The model's.</param>
/// <param name="seed">The run's.</param>
internal sealed class VisualPerturbation(IImagePerturbation perturbation, ImageProcessor processor, long seed)
{
    /// <summary>As the settings describe it.</summary>
    public static VisualPerturbation Of(RunConfiguration configuration, ImageProcessor processor) => new(
        ImagePerturbations.Create(configuration.Retracing.Perturbation, configuration.Retracing.PerturbationLevel),
        processor,
        configuration.Seed);

    /// <summary>[problems][trajectories] the images of a step, which nobody has made yet.</summary>
    public PerturbedImages[][] Of(int step, IReadOnlyList<PreparedProblem> problems, int trajectories) =>
    [
        .. problems.Select((problem, place) => Enumerable.Range(0, trajectories)
            .Select(i => new PerturbedImages(
                problem, perturbation, RandomStream.For(seed, Purpose.Perturbation, step, place, i), processor))
            .ToArray()),
    ];
}
