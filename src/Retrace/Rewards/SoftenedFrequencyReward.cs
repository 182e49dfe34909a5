using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// SFR, the paper's reward (arXiv 2604.03647 v2, equations 6 to 8): an answer's frequency in both rounds,
/// f_base(a) = (c_M(a) + c_R(a)) / (n + n·m), softened by its frequency among the continuations,
/// f_r(a) = c_R(a) / (n·m). In [0, 1]; an unextractable answer gets 0.
/// </summary>
/// <remarks>With no continuations at all there is nothing to soften by, and the reward is f_base itself.</remarks>
public sealed class SoftenedFrequencyReward(SoftenedFrequency softening) : IRewardRule
{
    public RewardInputs Reads => RewardInputs.Continuations;

    public RewardInputs Needs => RewardInputs.None;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        bool isRetraced = counts.RetracedTotal > 0;
        RewardPart overall = RewardPart.OfAnswers("share of both rounds", group, counts.OverallFrequency);
        return new ExplainedScores(
            [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? 0 : Reward(answer))],
            isRetraced
                ? "f · (1 + γ · tanh(β · (r / f − 1))), f = share of both rounds, r = share of the continuations, "
                    + FormattableString.Invariant($"γ = {softening.Gamma}, β = {softening.Beta}")
                : "share of both rounds",
            isRetraced
                ? [overall, RewardPart.OfAnswers("share of the continuations", group, counts.RetracedFrequency)]
                : [overall]);

        double Reward(int answer) => isRetraced
            ? softening.Of(counts.OverallFrequency(answer), counts.RetracedFrequency(answer))
            : counts.OverallFrequency(answer);
    }
}
