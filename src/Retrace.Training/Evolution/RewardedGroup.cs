using Retrace.Rewards;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>All that a step knows about one problem.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Maternal">[n] the trajectories that are trained on.</param>
/// <param name="Retraced">[n] their retracings; empty where nothing is retraced.</param>
/// <param name="Measured">The answers as measurement sees them: maternal, retraced, and the label where there is one.</param>
/// <param name="Rewards">[n] the total rewards.</param>
/// <param name="Advantages">[n]</param>
public sealed record RewardedGroup(
    PreparedProblem Problem,
    IReadOnlyList<Trajectory> Maternal,
    IReadOnlyList<Retracing> Retraced,
    AnswerGroup Measured,
    double[] Rewards,
    double[] Advantages);
