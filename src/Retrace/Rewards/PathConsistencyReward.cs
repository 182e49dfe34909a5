using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// CoVo: an answer earns by how consistently the reasoning that leads to it is nearer to it than to every other answer,
/// and how early it stays so.
/// </summary>
/// <remarks>
/// <para>
/// Source: Zhang et al. 2025 (arXiv 2506.08745), score.py and experience_maker.py of its release. A step of a response
/// is near its own answer where the distance to it (<see cref="AnswerDistances"/>) is less than that to every other.
/// Consistency C is the share of such steps; volatility V is 1 less the share of steps after the last one that is nearer
/// to another answer. The reward of an answer is |mean C·e^(iV)| over the responses that give it, in [0, 1]; 0 for all
/// where there is a single answer, and without an answer. The release pays 1 where that is at least 0.5, and adds a term
/// for curiosity, which is off in its defaults.
/// </para>
/// <para>
/// By hand, A A B, distances to (A, B) of (1, 2) (3, 2) (1, 2), of (1, 2) (1, 4), and of (2, 1): C = 2/3, 1 and 1; V =
/// 2/3, 0 and 0. The mean for A is ((2/3)·cos(2/3) + 1)/2 + i·(2/3)·sin(2/3)/2 = 0.761962 + 0.206123i, so the rewards are
/// 0.789350 0.789350 1.
/// </para>
/// </remarks>
public sealed class PathConsistencyReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.AnswerDistances;

    /// <exception cref="ArgumentException">The group has no distances.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no distances.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        (double Consistency, double Volatility)?[] paths =
        [
            .. group.Maternal.Zip(group.Read<AnswerDistances>().Values, (answer, steps) =>
                answer == AnswerClasses.None ? ((double, double)?)null : PathOf(steps, answer)),
        ];
        Dictionary<int, double> ofAnswers = group.Maternal.Zip(paths)
            .Where(response => response.Second is not null)
            .GroupBy(response => response.First, response => response.Second!.Value)
            .ToDictionary(answer => answer.Key, answer => Length([.. answer]));
        return new ExplainedScores(
            [.. group.Maternal.Select(answer => ofAnswers.GetValueOrDefault(answer))],
            "|mean C·e^(iV)| over the responses with the answer, C being their consistency and V their volatility",
            [
                new RewardPart("consistency", [.. paths.Select(path => path?.Consistency)]),
                new RewardPart("volatility", [.. paths.Select(path => path?.Volatility)]),
            ]);
    }

    // C and V of a response.
    private static (double Consistency, double Volatility) PathOf(
        IReadOnlyList<IReadOnlyList<double>> steps, int answer)
    {
        if (steps.Count == 0)
        {
            return (0, 0);
        }
        int near = 0;
        int settled = 0; // Steps since one was nearer to another answer.
        foreach (IReadOnlyList<double> step in steps)
        {
            double other = step.Where((_, place) => place != answer).Min();
            near += step[answer] < other ? 1 : 0;
            settled = step[answer] > other ? 0 : settled + 1;
        }
        return ((double)near / steps.Count, 1 - ((double)settled / steps.Count));
    }

    private static double Length((double Consistency, double Volatility)[] paths) => double.Hypot(
        paths.Average(path => path.Consistency * Math.Cos(path.Volatility)),
        paths.Average(path => path.Consistency * Math.Sin(path.Volatility)));
}
