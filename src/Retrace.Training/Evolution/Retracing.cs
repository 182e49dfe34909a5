using Retrace.Problems;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>A maternal trajectory cut at its anchors, and what came of thinking it through again.</summary>
/// <param name="Anchors">
/// At least one: tokens of the trajectory that are kept. The continuations are shared out among them, in order and as
/// evenly as can be.
/// </param>
/// <param name="Pixels">The perturbed images that all its continuations saw.</param>
/// <param name="Continuations">[m] sampled from the anchors.</param>
/// <param name="Texts">[m] their texts, without the kept prefix.</param>
/// <param name="Answers">[m] null where none could be extracted.</param>
public sealed record Retracing(
    IReadOnlyList<int> Anchors,
    Lazy<IReadOnlyList<PixelImage>> Pixels,
    IReadOnlyList<Generation> Continuations,
    IReadOnlyList<string> Texts,
    IReadOnlyList<string?> Answers)
{
    /// <summary>[m] the index of the anchor that each continuation starts from.</summary>
    public int[] AnchorGroups { get; } = Shares(Answers.Count, Anchors.Count);

    /// <summary>[samples] which of the anchors each of the samples is for, ascending.</summary>
    public static int[] Shares(int samples, int anchors) =>
        [.. Enumerable.Range(0, samples).Select(sample => sample * anchors / samples)];
}
