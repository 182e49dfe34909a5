namespace Retrace.Evaluation.Surveys;

/// <summary>One way to retrace: where trajectories are cut, and what is done to the image.</summary>
/// <param name="Anchor">Name of the anchor rule.</param>
/// <param name="KeepRate">Share of the trajectory that is kept.</param>
/// <param name="Perturbation">Name of the perturbation.</param>
/// <param name="Level">Its highest level.</param>
public sealed record RetracingChoice(string Anchor, double KeepRate, string Perturbation, int Level);
