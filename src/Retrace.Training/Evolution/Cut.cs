namespace Retrace.Training.Evolution;

/// <summary>Where a maternal trajectory is cut, and what its continuations are shown (RRM with VSP).</summary>
/// <param name="Trajectory">What is cut.</param>
/// <param name="Anchors">At least one: tokens of the trajectory that are kept.</param>
/// <param name="Images">The perturbed images that all its continuations see.</param>
internal sealed record Cut(Trajectory Trajectory, int[] Anchors, PerturbedImages Images);
