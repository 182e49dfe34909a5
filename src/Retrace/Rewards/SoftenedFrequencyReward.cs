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

    public double[] Score(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        return [.. group.Maternal.Select(Reward)];

        double Reward(int answer)
        {
            if (answer == AnswerClasses.None)
            {
                return 0;
            }
            double overall = counts.OverallFrequency(answer);
            return counts.RetracedTotal == 0
                ? overall
                : softening.Of(overall, (double)counts.Retraced(answer) / counts.RetracedTotal);
        }
    }
}
