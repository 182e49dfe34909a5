using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// SFR, as the method's text asks for it: f_all(a) = (c_M(a) + c_R(a)) / (n + n·k), boosted where the answer is more
/// frequent in re-inference (f_R(a) = c_R(a) / (n·k)) than overall or absent from it, penalised where it is less
/// frequent, and left alone where the two are equal. In [0, 1]; an unextractable answer gets 0.
/// </summary>
/// <remarks>With no continuations at all there is nothing to soften by, and the reward is f_all itself.</remarks>
public sealed class SoftenedFrequencyReward(SofteningFactors factors) : IRewardRule
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
            if (counts.RetracedTotal == 0)
            {
                return overall;
            }
            // Division rounds correctly, so equal fractions are equal doubles and the comparison in Soften is exact.
            double retraced = (double)counts.Retraced(answer) / counts.RetracedTotal;
            return factors.Soften(overall, retraced);
        }
    }
}
