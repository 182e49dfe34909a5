using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Rewards an answer for surviving re-inference beyond what its frequency explains: r(a) = (1 − λ) f_all(a) + λ
/// excess(a).
/// </summary>
/// <remarks>
/// <para>
/// A continuation survives when it comes back to the answer of the trajectory it was cut from.
/// S(a) = (survivors of the trajectories with answer a + k·S̄) / (k·c_M(a) + k), where S̄ is the survival over the
/// whole problem: one trajectory's weight of shrinkage. excess(a) = (S(a) − f_all(a)) / (1 − f_all(a)), clamped to [−1,
/// 1], and 0 where f_all(a) = 1: survival beyond chance.
/// </para>
/// <para>
/// In [−λ, 1]. An unextractable answer gets −λ, no more than any answer can get, so that not answering never pays. This
/// rule is ours; it can lift a right answer that is in the minority, which no frequency can.
/// </para>
/// </remarks>
public sealed class SurvivalReward : IRewardRule
{
    private readonly double _lambda;

    /// <param name="lambda">The weight of the excess survival, in [0, 1].</param>
    /// <exception cref="BadInputException">The weight is out of range.</exception>
    public SurvivalReward(double lambda)
    {
        if (lambda is not (>= 0 and <= 1))
        {
            throw new BadInputException($"The survival weight λ is {lambda}; it must lie between 0 and 1.");
        }
        _lambda = lambda;
    }

    public RewardInputs Reads => RewardInputs.Continuations;

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public double[] Score(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        if (counts.RetracedTotal == 0 && group.Maternal.Count > 0)
        {
            throw new ArgumentException("The survival reward needs continuations; the group has none.");
        }
        int[] survivors = Survival.Survivors(group);
        double continuationsEach = (double)counts.RetracedTotal / counts.MaternalTotal; // k
        double meanSurvival = (double)survivors.Sum() / counts.RetracedTotal; // S̄

        Dictionary<int, (int Survivors, int Continuations)> ofAnswer = [];
        for (int i = 0; i < survivors.Length; i++)
        {
            (int survived, int continued) = ofAnswer.GetValueOrDefault(group.Maternal[i]);
            ofAnswer[group.Maternal[i]] = (survived + survivors[i], continued + group.Retraced[i].Count);
        }
        return [.. group.Maternal.Select(Reward)];

        double Reward(int answer)
        {
            if (answer == AnswerClasses.None)
            {
                return -_lambda;
            }
            double frequency = counts.OverallFrequency(answer);
            (int survived, int continued) = ofAnswer[answer];
            double survival = (survived + continuationsEach * meanSurvival) / (continued + continuationsEach);
            double excess = frequency == 1 ? 0 : Math.Clamp((survival - frequency) / (1 - frequency), -1, 1);
            return (1 - _lambda) * frequency + _lambda * excess;
        }
    }
}
