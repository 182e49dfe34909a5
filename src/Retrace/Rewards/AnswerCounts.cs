using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>How often each answer occurs in the two rounds. Unextractable answers count in the totals alone.</summary>
internal sealed class AnswerCounts
{
    private readonly Dictionary<int, int> _maternal;
    private readonly Dictionary<int, int> _retraced;

    public AnswerCounts(AnswerGroup group)
    {
        _maternal = Count(group.Maternal);
        _retraced = Count(group.Retraced.SelectMany(answers => answers));
        MaternalTotal = group.Maternal.Count;
        RetracedTotal = group.Retraced.Sum(answers => answers.Count);
    }

    /// <summary>n, the number of maternal trajectories.</summary>
    public int MaternalTotal { get; }

    /// <summary>|R| = n·k, the number of continuations.</summary>
    public int RetracedTotal { get; }

    /// <summary>c_M(a): how often the answer occurs in the maternal round.</summary>
    public int Maternal(int answer) => _maternal.GetValueOrDefault(answer);

    /// <summary>c_R(a): how often the answer occurs in re-inference.</summary>
    public int Retraced(int answer) => _retraced.GetValueOrDefault(answer);

    /// <summary>f_all(a) = (c_M(a) + c_R(a)) / (n + |R|)</summary>
    public double OverallFrequency(int answer) =>
        (double)(Maternal(answer) + Retraced(answer)) / (MaternalTotal + RetracedTotal);

    /// <summary>f_r(a) = c_R(a) / |R|; there must be continuations.</summary>
    public double RetracedFrequency(int answer) => (double)Retraced(answer) / RetracedTotal;

    /// <summary>
    /// The answer with the most votes over both rounds; of several, the one with the most maternal votes, and of these
    /// the smallest class id, which is the one that came first. None where nobody answered.
    /// </summary>
    public int Majority()
    {
        int best = AnswerClasses.None;
        (int Votes, int Maternal, int Earliness) bestRank = (0, 0, 0);
        foreach (int answer in _maternal.Keys.Union(_retraced.Keys))
        {
            (int, int, int) rank = (Maternal(answer) + Retraced(answer), Maternal(answer), -answer);
            if (rank.CompareTo(bestRank) > 0)
            {
                best = answer;
                bestRank = rank;
            }
        }
        return best;
    }

    /// <summary>Refuses a group that has trajectories and no continuations.</summary>
    /// <param name="what">What needs them, as the message begins.</param>
    /// <exception cref="ArgumentException">The group has none.</exception>
    public void RequireContinuations(string what)
    {
        if (RetracedTotal == 0 && MaternalTotal > 0)
        {
            throw new ArgumentException($"{what} needs continuations; the group has none.");
        }
    }

    public static Dictionary<int, int> Count(IEnumerable<int> answers) =>
        answers.Where(answer => answer != AnswerClasses.None).CountBy(answer => answer).ToDictionary();
}
