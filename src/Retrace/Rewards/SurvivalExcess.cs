namespace Retrace.Rewards;

/// <summary>
/// How much more often an answer survives re-inference than its frequency explains: excess(a) = (S(a) − f_all(a)) / (1
/// − f_all(a)).
/// </summary>
/// <remarks>
/// A continuation survives when it comes back to the answer of the trajectory it was cut from. S(a) = (survivors of the
/// trajectories with answer a + k·S̄) / (k·c_M(a) + k), where S̄ is the survival over the whole problem: one
/// trajectory's weight of shrinkage. The excess is clamped to [−1, 1], and 0 where f_all(a) = 1: survival beyond
/// chance.
/// </remarks>
internal sealed class SurvivalExcess
{
    private readonly AnswerCounts _counts;
    private readonly double _continuationsEach; // k
    private readonly double _meanSurvival; // S̄
    private readonly Dictionary<int, (int Survivors, int Continuations)> _ofAnswer = [];

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public SurvivalExcess(AnswerGroup group, AnswerCounts counts)
    {
        counts.RequireContinuations("Survival");
        _counts = counts;
        int[] survivors = Survival.Survivors(group);
        _continuationsEach = (double)counts.RetracedTotal / counts.MaternalTotal;
        _meanSurvival = (double)survivors.Sum() / counts.RetracedTotal;
        for (int i = 0; i < survivors.Length; i++)
        {
            (int survived, int continued) = _ofAnswer.GetValueOrDefault(group.Maternal[i]);
            _ofAnswer[group.Maternal[i]] = (survived + survivors[i], continued + group.Retraced[i].Count);
        }
    }

    /// <summary>λ, the weight of the excess, if it can be one.</summary>
    /// <exception cref="BadInputException">It is not in [0, 1].</exception>
    public static double Weight(double lambda) => lambda is >= 0 and <= 1
        ? lambda
        : throw new BadInputException($"The survival weight λ is {lambda}; it must lie between 0 and 1.");

    /// <summary>S(a) of an answer of the maternal round.</summary>
    public double SurvivalOf(int answer)
    {
        (int survived, int continued) = _ofAnswer[answer];
        return (survived + (_continuationsEach * _meanSurvival)) / (continued + _continuationsEach);
    }

    /// <summary>excess(a) of an answer of the maternal round.</summary>
    public double Of(int answer)
    {
        double frequency = _counts.OverallFrequency(answer);
        return frequency == 1 ? 0 : Math.Clamp((SurvivalOf(answer) - frequency) / (1 - frequency), -1, 1);
    }
}
