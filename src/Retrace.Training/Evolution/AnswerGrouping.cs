using Retrace.Rewards;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Groups the answers of all rounds into classes of equal answers, with the other inputs of the reward rule.
/// </summary>
/// <param name="rule">The reward rule, which decides when answers are equal.</param>
/// <param name="n">Number of trajectories of each problem that are trained on.</param>
/// <param name="evidence">What the rule reads besides answers.</param>
/// <param name="labels">Gold answers by problem id.</param>
internal sealed class AnswerGrouping(
    IRewardRule rule, int n, TrajectoryEvidence evidence, IReadOnlyDictionary<string, string> labels)
{
    /// <summary>Groups the rounds of each problem: [problems].</summary>
    /// <param name="sampled">
    /// [problems][samples] n trajectories, followed by those that only vote in place of continuations.
    /// </param>
    /// <param name="retraced">[problems][n] The continuations; empty if nothing was retraced.</param>
    /// <param name="sideSamples">[problems] What was sampled beside both rounds.</param>
    public SampledGroup[] Of(
        int step,
        IReadOnlyList<PreparedProblem> problems,
        IReadOnlyList<Trajectory[]> sampled,
        IReadOnlyList<Retracing[]> retraced,
        IReadOnlyList<SideSamples> sideSamples) =>
    [
        .. problems.Select((problem, place) => GroupOf(
            step,
            place,
            problem,
            sampled[place][..n],
            sampled[place][n..],
            retraced.Count == 0 ? [] : retraced[place],
            sideSamples[place])),
    ];

    private SampledGroup GroupOf(
        int step,
        int place,
        PreparedProblem problem,
        Trajectory[] maternal,
        Trajectory[] voting,
        Retracing[] retracings,
        SideSamples sideSamples)
    {
        AnswerGroup answers = AnswerGroup.Of(
            AnswersOf(maternal),
            voting.Length > 0 ? ListsOf(voting) : [.. retracings.Select(retracing => retracing.Answers)],
            labels.GetValueOrDefault(problem.Problem.Id),
            rule.Equivalence,
            AnswerGroup.SideRounds.ToDictionary(
                round => round, IReadOnlyList<string?> (round) => AnswersOf(sideSamples.TrajectoriesOf(round)))) with
        {
            Evidence = [.. evidence.Of(step, place, maternal, retracings, sideSamples)],
        };
        return new SampledGroup(problem, maternal, voting, retracings, sideSamples, answers);
    }

    private static string?[] AnswersOf(IReadOnlyList<Trajectory> trajectories) =>
        [.. trajectories.Select(trajectory => trajectory.Answer)];

    // The votes stand in place of continuations, so they are divided among the trajectories.
    private string?[][] ListsOf(Trajectory[] voting) =>
    [
        .. Enumerable.Range(0, n).Select(trajectory => AnswersOf(voting[EvenShare.Of(voting.Length, trajectory, n)])),
    ];
}
