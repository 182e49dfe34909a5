using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The answers to one problem, as class ids in one space (<see cref="AnswerClasses.Of"/> over both rounds together);
/// <see cref="AnswerClasses.None"/> where no answer could be extracted.
/// </summary>
public sealed record AnswerGroup
{
    /// <param name="maternal">[n] the maternal trajectories' answers.</param>
    /// <param name="retraced">[n][k] the answers of each one's continuations; empty where nothing was retraced.</param>
    /// <exception cref="ArgumentException">
    /// Retraced is neither empty nor one list for each maternal trajectory.
    /// </exception>
    public AnswerGroup(IReadOnlyList<int> maternal, IReadOnlyList<IReadOnlyList<int>> retraced)
    {
        if (retraced.Count != 0 && retraced.Count != maternal.Count)
        {
            throw new ArgumentException(
                $"{retraced.Count} lists of continuations do not belong to {maternal.Count} maternal trajectories.");
        }
        Maternal = maternal;
        Retraced = retraced;
    }

    /// <summary>[n] the maternal trajectories' answers.</summary>
    public IReadOnlyList<int> Maternal { get; }

    /// <summary>
    /// [n][k] the answers of each maternal trajectory's continuations; empty where nothing was retraced.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Retraced { get; }

    /// <summary>
    /// [n][k] which anchor position each continuation started from; read by max-entropy-anchor alone.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>>? AnchorGroups { get; init; }

    /// <summary>[n] mean next-token entropy of each maternal trajectory, in nats; read by entropy alone.</summary>
    public IReadOnlyList<double>? MeanEntropies { get; init; }

    /// <summary>
    /// [n] mean over the tokens of KL(uniform ‖ next-token distribution), in nats; read by self-certainty alone.
    /// </summary>
    public IReadOnlyList<double>? SelfCertainties { get; init; }

    /// <summary>
    /// The class of the gold answer: null where the problem has no label, <see cref="AnswerClasses.None"/> where no
    /// answer of the group is right. Of the rewards only supervised reads it; the statistics measure with it.
    /// </summary>
    public int? GoldClass { get; init; }

    /// <summary>The problem's own stream of random numbers; read by random alone.</summary>
    public Random? Random { get; init; }
}
