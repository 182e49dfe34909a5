using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// p(a) = c(a) / n, the frequencies of the answers in one round. Responses without an answer count in n alone.
/// </summary>
internal sealed class AnswerFrequencies
{
    private readonly Dictionary<int, int> _counts;
    private readonly int _n;

    /// <param name="answers">[n] classes of answers; at least one.</param>
    public AnswerFrequencies(IReadOnlyList<int> answers)
    {
        _counts = AnswerCounts.Count(answers);
        _n = answers.Count;
        Unanswered = _n - _counts.Values.Sum();
        Mode = _counts.Count == 0
            ? AnswerClasses.None
            : _counts.MinBy(count => (-count.Value, count.Key)).Key;
    }

    /// <summary>
    /// The most frequent answer; of several, the one that came first (the smallest class id). None where nobody answered.
    /// </summary>
    public int Mode { get; }

    /// <summary>How many responses have no answer.</summary>
    public int Unanswered { get; }

    /// <summary>How many different answers there are, each response without one counting as different.</summary>
    public int Different => _counts.Count + Unanswered;

    /// <summary>p(a); 0 for <see cref="AnswerClasses.None"/>.</summary>
    public double Of(int answer) => (double)_counts.GetValueOrDefault(answer) / _n;

    /// <summary>H, in nats, each response without an answer being a class of its own.</summary>
    public double Entropy()
    {
        double entropy = 0;
        foreach (int count in _counts.Values)
        {
            double p = (double)count / _n;
            entropy -= p * Math.Log(p);
        }
        return entropy + ((double)Unanswered / _n * Math.Log(_n));
    }
}
