namespace Retrace.Rewards;

/// <summary>How well the answers of a group are seen and survive: see <see cref="GroundedReward"/>.</summary>
internal sealed class GroundedScore
{
    private readonly double _lambda;
    private readonly AnswerCounts _counts;
    private readonly SurvivalExcess _survival;
    private readonly Dictionary<int, int> _blind;
    private readonly int _blindTotal; // b

    /// <exception cref="ArgumentException">The group has no continuations.</exception>
    public GroundedScore(AnswerGroup group, double lambda)
    {
        _lambda = lambda;
        _counts = new AnswerCounts(group);
        _survival = new SurvivalExcess(group, _counts);
        _blind = AnswerCounts.Count(group.Blind);
        _blindTotal = group.Blind.Count;
    }

    /// <summary>The score of an answer of the maternal round, in [−1, 1].</summary>
    public double Of(int answer)
    {
        double blindFrequency = (double)_blind.GetValueOrDefault(answer) / (_blindTotal + 1);
        double seen = Math.Max((_counts.OverallFrequency(answer) - blindFrequency) / (1 - blindFrequency), -1);
        return ((1 - _lambda) * seen) + (_lambda * _survival.Of(answer));
    }

    /// <summary>c_M(a): how often the answer occurs in the maternal round.</summary>
    public int MaternalVotes(int answer) => _counts.Maternal(answer);
}
