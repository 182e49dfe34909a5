using Retrace.Rewards;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>The samples of both rounds for one problem.</summary>
/// <param name="Problem">The problem that was sampled.</param>
/// <param name="Maternal">[n] The maternal trajectories, which are trained on.</param>
/// <param name="Voting">Trajectories that only vote, in place of continuations; usually none.</param>
/// <param name="Retraced">[n] The continuations of each trajectory; empty if nothing was retraced.</param>
/// <param name="SideSamples">What was sampled beside both rounds.</param>
/// <param name="Answers">A_n and A_m in classes of equal answers, as the reward rule reads them.</param>
public sealed record SampledGroup(
    PreparedProblem Problem,
    IReadOnlyList<Trajectory> Maternal,
    IReadOnlyList<Trajectory> Voting,
    IReadOnlyList<Retracing> Retraced,
    SideSamples SideSamples,
    AnswerGroup Answers)
{
    /// <summary>[n] Whether each maternal response has the required format.</summary>
    public IReadOnlyList<bool> AreFormatted { get; } = [.. Maternal.Select(trajectory => trajectory.IsFormatted)];

    /// <summary>The answers for statistics, in which votes do not count as continuations.</summary>
    public AnswerGroup Measured =>
        Voting.Count == 0 ? Answers : new AnswerGroup(Answers.Maternal, []) { GoldClass = Answers.GoldClass };
}
