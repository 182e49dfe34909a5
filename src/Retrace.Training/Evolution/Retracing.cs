using Retrace.Problems;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The continuations of a maternal trajectory from its anchors.</summary>
/// <param name="Anchors">
/// The number of tokens kept at each anchor; at least one anchor. The continuations are divided among the anchors, in
/// order and as evenly as possible.
/// </param>
/// <param name="Pixels">The perturbed images that all continuations saw.</param>
/// <param name="Continuations">[m] The continuations, sampled from the anchors.</param>
/// <param name="Texts">[m] The texts of the continuations, without the kept prefix.</param>
/// <param name="Answers">[m] The final answers; null where none could be extracted.</param>
public sealed record Retracing(
    IReadOnlyList<int> Anchors,
    Lazy<IReadOnlyList<PixelImage>> Pixels,
    IReadOnlyList<Generation> Continuations,
    IReadOnlyList<string> Texts,
    IReadOnlyList<string?> Answers)
{
    /// <summary>[m] The index of the anchor that each continuation starts from.</summary>
    public int[] AnchorGroups { get; } = Shares(Answers.Count, Anchors.Count);

    /// <summary>[samples] The index of the anchor that each sample belongs to, ascending.</summary>
    public static int[] Shares(int samples, int anchors) =>
        [.. Enumerable.Range(0, samples).Select(sample => sample * anchors / samples)];
}
