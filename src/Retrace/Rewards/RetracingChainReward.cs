using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Where retracing, repeated for ever, would lead: retracing is a Markov chain on answers, and an answer earns its
/// share of the chain's stationary distribution.
/// </summary>
/// <remarks>
/// <para>
/// K(a → b) is the share of the continuations of trajectories with answer a that end in b, shrunk by the weight of one
/// trajectory (m continuations) towards what the problem as a whole says: K(a → b) = (C(a → b) + m · (s · [a = b] + (1
/// − s) · f_base(b))) / (C(a) + m). There s = (S̄ − c̄) / (1 − c̄), in [0, 1], is the mean survival S̄ beyond the
/// chance c̄ = Σ_a c_M(a) / n · f_base(a) that a continuation has a's answer anyway. Then π = (1 − d) · f_base + d ·
/// πK.
/// </para>
/// <para>
/// In [0, 1]. Continuations without an answer leave the chain: they count in C(a) and in f_base's total, and go
/// nowhere; a trajectory without an answer earns 0. This rule is ours. Unlike survival it lets an answer earn from
/// those that lead to it, and with d = 0 it is f_base.
/// </para>
/// <para>
/// By hand, n = 2, m = 2, d = 0.5, answers A and B, continued to A A and A B: f_base = (2/3, 1/3), S̄ = 3/4, c̄ = 1/2,
/// s = 1/2; the prior's rows are (5/6, 1/6) and (1/3, 2/3); K = ((11/12, 1/12), (5/12, 7/12)); π(A) = 1/3 + (11/24)
/// π(A) + (5/24) (1 − π(A)), so π = (13/18, 5/18).
/// </para>
/// </remarks>
public sealed class RetracingChainReward : IRewardRule
{
    /// <summary>d as configurations have it by default.</summary>
    public const double DefaultDamping = 0.85;

    private const double Precision = 1e-13;

    private readonly double _damping;

    /// <param name="damping">d, in [0, 1): how far the chain is followed, 1 / (1 − d) steps on average.</param>
    /// <exception cref="BadInputException">The damping is out of range.</exception>
    public RetracingChainReward(double damping = DefaultDamping)
    {
        if (damping is not (>= 0 and < 1))
        {
            throw new BadInputException($"The damping d of the chain is {damping}; it must be at least 0 and below 1.");
        }
        _damping = damping;
    }

    public RewardInputs Reads => RewardInputs.Continuations;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        counts.RequireContinuations("The retracing chain");
        int[] answers =
        [
            .. group.Maternal.Concat(group.Retraced.SelectMany(list => list))
                .Where(answer => answer != AnswerClasses.None).Distinct().Order(),
        ];
        double[] overall = Array.ConvertAll(answers, counts.OverallFrequency); // f_base
        double[,] transitions = Transitions(group, counts, answers, overall);
        double[] stationary = Stationary(overall, transitions);
        return new ExplainedScores(
            [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? 0 : stationary[PlaceOf(answer)])],
            FormattableString.Invariant(
                $"π = (1 − d) · share of both rounds + d · (stays · π + comes from others), d = {_damping}"),
            [
                RewardPart.OfAnswers("share of both rounds", group, counts.OverallFrequency),
                RewardPart.OfAnswers("stays", group, answer => transitions[PlaceOf(answer), PlaceOf(answer)]),
                RewardPart.OfAnswers("comes from others", group, answer => InflowTo(PlaceOf(answer), stationary, transitions)),
            ]);

        int PlaceOf(int answer) => Array.BinarySearch(answers, answer);
    }

    // Σ over all other answers of π(b) K(b → a).
    private static double InflowTo(int to, double[] stationary, double[,] transitions)
    {
        double inflow = 0;
        for (int from = 0; from < stationary.Length; from++)
        {
            inflow += from == to ? 0 : stationary[from] * transitions[from, to];
        }
        return inflow;
    }

    // K: [from, to], whose rows sum to at most 1.
    private static double[,] Transitions(AnswerGroup group, AnswerCounts counts, int[] answers, double[] overall)
    {
        double weight = (double)counts.RetracedTotal / counts.MaternalTotal; // m
        double survival = (double)Survival.Survivors(group).Sum() / counts.RetracedTotal; // S̄
        double chance = answers.Zip(overall, (answer, share) => share * counts.Maternal(answer) / counts.MaternalTotal).Sum();
        double staying = chance < 1 ? Math.Clamp((survival - chance) / (1 - chance), 0, 1) : 1; // s

        double[,] transitions = new double[answers.Length, answers.Length];
        double[] continued = new double[answers.Length];
        for (int i = 0; i < group.Retraced.Count; i++)
        {
            if (group.Maternal[i] == AnswerClasses.None)
            {
                continue;
            }
            int from = Array.BinarySearch(answers, group.Maternal[i]);
            continued[from] += group.Retraced[i].Count;
            foreach (int answer in group.Retraced[i].Where(answer => answer != AnswerClasses.None))
            {
                transitions[from, Array.BinarySearch(answers, answer)]++;
            }
        }
        for (int from = 0; from < answers.Length; from++)
        {
            for (int to = 0; to < answers.Length; to++)
            {
                double prior = (from == to ? staying : 0) + ((1 - staying) * overall[to]);
                transitions[from, to] = (transitions[from, to] + (weight * prior)) / (continued[from] + weight);
            }
        }
        return transitions;
    }

    // The fixed point of π = (1 − d) f + d πK. Each turn brings it nearer by the factor d at least.
    private double[] Stationary(double[] overall, double[,] transitions)
    {
        double[] stationary = overall;
        double change = 1;
        while (change > Precision)
        {
            double[] next = Array.ConvertAll(overall, share => (1 - _damping) * share);
            for (int from = 0; from < next.Length; from++)
            {
                for (int to = 0; to < next.Length; to++)
                {
                    next[to] += _damping * stationary[from] * transitions[from, to];
                }
            }
            change = next.Zip(stationary, (one, other) => Math.Abs(one - other)).Sum();
            stationary = next;
        }
        return stationary;
    }
}
