using Retrace.Models.Images;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>A problem as the model reads it.</summary>
/// <param name="Problem">What it was made from.</param>
/// <param name="Pixels">Its decoded images, for perturbation.</param>
/// <param name="Images">The same as patches.</param>
/// <param name="Prompt">Token ids, image tokens expanded.</param>
public sealed record PreparedProblem(
    Problem Problem, IReadOnlyList<PixelImage> Pixels, IReadOnlyList<ProcessedImage> Images, int[] Prompt);
