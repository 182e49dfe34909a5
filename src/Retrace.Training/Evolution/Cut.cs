namespace Retrace.Training.Evolution;

/// <summary>Where a maternal trajectory is cut, and which images its continuations see (RRM with VSP).</summary>
/// <param name="Trajectory">The trajectory to cut.</param>
/// <param name="Anchors">The number of tokens kept at each anchor; at least one anchor.</param>
/// <param name="Images">The perturbed images that all its continuations see.</param>
internal sealed record Cut(Trajectory Trajectory, int[] Anchors, PerturbedImages Images);
