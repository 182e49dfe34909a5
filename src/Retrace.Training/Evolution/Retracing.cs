using Retrace.Problems;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>A maternal trajectory cut at its anchor, and what came of thinking it through again.</summary>
/// <param name="Anchor">Tokens of the trajectory that are kept.</param>
/// <param name="Pixels">The perturbed images that all its continuations saw.</param>
/// <param name="Continuations">[k] sampled from the anchor.</param>
/// <param name="Texts">[k] their texts, without the kept prefix.</param>
/// <param name="Answers">[k] null where none could be extracted.</param>
public sealed record Retracing(
    int Anchor,
    IReadOnlyList<PixelImage> Pixels,
    IReadOnlyList<Generation> Continuations,
    IReadOnlyList<string> Texts,
    IReadOnlyList<string?> Answers);
