using Retrace.Rewards;
using Retrace.Statistics;

namespace Retrace.Evaluation.Surveys;

/// <summary>The results of one way to retrace.</summary>
/// <param name="Choice">The way to retrace.</param>
/// <param name="Category">The category of the problems; null for all of them.</param>
/// <param name="Problems">How many there are.</param>
/// <param name="Survival">How answers survived.</param>
/// <param name="Disagreement">
/// How much more often a perturbed continuation's answer differs from that of a clean one of the same trajectory, cut
/// at the same place, than two clean ones differ: what the perturbation alone changes. Needs no label; 0 without
/// perturbation.
/// </param>
/// <param name="Tokens">The tokens generated in continuations.</param>
public sealed record SurvivalPoint(
    RetracingChoice Choice,
    string? Category,
    int Problems,
    SurvivalStatistics Survival,
    double Disagreement,
    long Tokens);
