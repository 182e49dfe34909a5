using Retrace.Answers;
using Retrace.Rewards;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Groups the answers of all rounds into classes of equal answers, with the other inputs of the reward rule.
/// </summary>
/// <param name="rule">The reward rule, which decides when answers are equal and which inputs it needs.</param>
/// <param name="n">Number of trajectories of each problem that are trained on.</param>
/// <param name="extraction">Finds where the answers of responses begin.</param>
/// <param name="labels">Gold answers by problem id.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class AnswerGrouping(
    IRewardRule rule, int n, IAnswerExtraction extraction, IReadOnlyDictionary<string, string> labels, long seed)
{
    /// <summary>Groups the rounds of each problem: [problems].</summary>
    /// <param name="sampled">
    /// [problems][samples] n trajectories, followed by those that only vote in place of continuations.
    /// </param>
    /// <param name="retraced">[problems][n] The continuations; empty if nothing was retraced.</param>
    /// <param name="blind">[problems][b] The samples with blanked images; empty if there are none.</param>
    public SampledGroup[] Of(
        int step,
        IReadOnlyList<PreparedProblem> problems,
        IReadOnlyList<Trajectory[]> sampled,
        IReadOnlyList<Retracing[]> retraced,
        IReadOnlyList<Trajectory[]> blind) =>
    [
        .. problems.Select((problem, place) => GroupOf(
            step,
            place,
            problem,
            sampled[place][..n],
            sampled[place][n..],
            retraced.Count == 0 ? [] : retraced[place],
            blind.Count == 0 ? [] : blind[place])),
    ];

    private SampledGroup GroupOf(
        int step,
        int place,
        PreparedProblem problem,
        Trajectory[] maternal,
        Trajectory[] voting,
        Retracing[] retracings,
        Trajectory[] blind)
    {
        AnswerGroup answers = AnswerGroup.Of(
            [.. maternal.Select(trajectory => trajectory.Answer)],
            voting.Length > 0 ? ListsOf(voting) : [.. retracings.Select(retracing => retracing.Answers)],
            labels.GetValueOrDefault(problem.Problem.Id),
            rule.Equivalence,
            Array.ConvertAll(blind, trajectory => trajectory.Answer)) with
        {
            Evidence = [.. EvidenceOf(step, place, maternal, retracings)],
        };
        return new SampledGroup(problem, maternal, voting, retracings, blind, answers);
    }

    private IEnumerable<Evidence> EvidenceOf(int step, int place, Trajectory[] maternal, Retracing[] retracings)
    {
        if (rule.Reads.HasFlag(RewardInputs.AnchorPositions))
        {
            yield return new AnchorPositions([.. retracings.Select(retracing => retracing.AnchorGroups)]);
        }
        if (rule.Reads.HasFlag(RewardInputs.MeanEntropies))
        {
            yield return new MeanEntropies([.. maternal.Select(one => Mean(one.Generation.Entropies))]);
        }
        if (rule.Reads.HasFlag(RewardInputs.SelfCertainties))
        {
            yield return new SelfCertainties([.. maternal.Select(one => Mean(one.Generation.SelfCertainties))]);
        }
        if (rule.Reads.HasFlag(RewardInputs.WordsBeforeAnswers))
        {
            yield return WordsBeforeAnswers.Of(maternal.Select(one => one.Text), extraction);
        }
        if (rule.Reads.HasFlag(RewardInputs.RandomNumbers))
        {
            yield return new RandomNumbers(RandomStream.For(seed, Purpose.Reward, step, place));
        }
    }

    // The votes stand in place of continuations, so they are divided among the trajectories.
    private string?[][] ListsOf(Trajectory[] voting) =>
    [
        .. Enumerable.Range(0, n).Select(trajectory => Array.ConvertAll(
            voting[EvenShare.Of(voting.Length, trajectory, n)], vote => vote.Answer)),
    ];

    private static double Mean(float[] values) => values.Length == 0 ? 0 : values.Average(value => (double)value);
}
