using Retrace.Models.Images;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>A problem with its prompt encoded and its images decoded.</summary>
/// <param name="Problem">The problem itself.</param>
/// <param name="Pixels">The decoded images, for perturbation.</param>
/// <param name="Images">The images as patches.</param>
/// <param name="Prompt">The prompt's token ids, image tokens expanded.</param>
public sealed record PreparedProblem(
    Problem Problem, IReadOnlyList<PixelImage> Pixels, IReadOnlyList<ProcessedImage> Images, int[] Prompt);
