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
        IReadOnlyList<int> blind = group.SideAnswersOf(RewardInputs.BlindAnswers);
        _blind = AnswerCounts.Count(blind);
        _blindTotal = blind.Count;
    }

    /// <summary>How the parts make a score.</summary>
    public string Formula =>
        FormattableString.Invariant($"(1 − λ) · seen + λ · excess survival, λ = {_lambda}");

    /// <summary>The score of an answer of the maternal round, in [−1, 1].</summary>
    public double Of(int answer) => ((1 - _lambda) * SeenOf(answer)) + (_lambda * _survival.Of(answer));

    /// <summary>What the scores of a group are made of.</summary>
    /// <param name="group">The group that the scores are of.</param>
    public IReadOnlyList<RewardPart> PartsOf(AnswerGroup group) =>
    [
        RewardPart.OfAnswers("share of both rounds", group, _counts.OverallFrequency),
        RewardPart.OfAnswers("share of the blind samples", group, BlindFrequency),
        RewardPart.OfAnswers("seen", group, SeenOf),
        RewardPart.OfAnswers("survival", group, _survival.SurvivalOf),
        RewardPart.OfAnswers("excess survival", group, _survival.Of),
    ];

    /// <summary>c_M(a): how often the answer occurs in the maternal round.</summary>
    public int MaternalVotes(int answer) => _counts.Maternal(answer);

    // f_blind(a)
    private double BlindFrequency(int answer) => (double)_blind.GetValueOrDefault(answer) / (_blindTotal + 1);

    private double SeenOf(int answer)
    {
        double blind = BlindFrequency(answer);
        return Math.Max((_counts.OverallFrequency(answer) - blind) / (1 - blind), -1);
    }
}
