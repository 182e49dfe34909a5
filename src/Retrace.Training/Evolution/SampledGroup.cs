using Retrace.Rewards;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>Both rounds of one problem.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Maternal">[n] the trajectories that are trained on.</param>
/// <param name="Voting">Those that only vote, in the place of continuations; usually none.</param>
/// <param name="Retraced">[n] what came of the maternal ones' cuts; empty where nothing is retraced.</param>
/// <param name="Answers">A_n and A_m, as the rule reads them.</param>
public sealed record SampledGroup(
    PreparedProblem Problem,
    IReadOnlyList<Trajectory> Maternal,
    IReadOnlyList<Trajectory> Voting,
    IReadOnlyList<Retracing> Retraced,
    AnswerGroup Answers)
{
    /// <summary>[n] whether each maternal response has the asked-for form.</summary>
    public IReadOnlyList<bool> AreFormatted { get; } = [.. Maternal.Select(trajectory => trajectory.IsFormatted)];

    /// <summary>The answers as statistics read them: votes are no continuations.</summary>
    public AnswerGroup Measured =>
        Voting.Count == 0 ? Answers : new AnswerGroup(Answers.Maternal, []) { GoldClass = Answers.GoldClass };
}
