using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Dual Consensus: the label is the answer on which two policies agree best, argmax of the harmonic mean of its
/// frequencies in both. It earns 1, the first policy's most frequent answer 0.5 where it is another, every other 0.
/// </summary>
/// <remarks>
/// <para>
/// Source: arXiv 2603.16223, dcrl_utils.py of its release. The second policy there is the model pushed away from its
/// own answers by a step of unlearning; here it is re-inference: p₀ = c_M / n and p₁ = c_R / (n·m).
/// </para>
/// <para>
/// Where the first round has no majority (its most frequent answer has at most half of it), or no answer is in both
/// rounds, the label is the first round's most frequent answer alone. Ties go to the answer with the larger p₀, and
/// then to the one that came first.
/// </para>
/// <para>
/// By hand: A A A B, continued to A once and to B seven times in ten: h(A) = 2 · 0.75 · 0.1 / 0.85 = 0.176471, h(B) = 2
/// · 0.25 · 0.7 / 0.95 = 0.368421; the rewards are 0.5 0.5 0.5 1.
/// </para>
/// </remarks>
public sealed class DualConsensusReward : IRewardRule
{
    private const double Majority = 0.5;
    private const double OfFirstRound = 0.5;

    public RewardInputs Reads => RewardInputs.Continuations;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        counts.RequireContinuations("Dual consensus");
        AnswerFrequencies first = new(group.Maternal);
        int label = first.Of(first.Mode) > Majority ? Label(group, first, counts) : first.Mode;
        return new ExplainedScores(
            [
                .. group.Maternal.Select(answer =>
                    answer == AnswerClasses.None ? 0
                    : answer == label ? 1
                    : answer == first.Mode ? OfFirstRound
                    : 0),
            ],
            "1 for the answer with the largest harmonic mean of both shares, 0.5 for the most frequent one of the samples; "
            + "1 for the latter alone where it has no more than half of them",
            [
                RewardPart.OfAnswers("share of the samples", group, first.Of),
                RewardPart.OfAnswers("share of the continuations", group, counts.RetracedFrequency),
                RewardPart.OfAnswers("harmonic mean", group, answer => Agreement(answer, first, counts)),
            ]);
    }

    private static double Agreement(int answer, AnswerFrequencies first, AnswerCounts counts) =>
        HarmonicMean.Of(first.Of(answer), counts.RetracedFrequency(answer));

    private static int Label(AnswerGroup group, AnswerFrequencies first, AnswerCounts counts)
    {
        int label = first.Mode;
        (double Agreement, double First, int Earliness) best = (0, 0, 0);
        foreach (int answer in group.Maternal.Where(answer => answer != AnswerClasses.None).Distinct())
        {
            (double, double, int) rank = (Agreement(answer, first, counts), first.Of(answer), -answer);
            if (rank.Item1 > 0 && rank.CompareTo(best) > 0)
            {
                label = answer;
                best = rank;
            }
        }
        return label;
    }
}
