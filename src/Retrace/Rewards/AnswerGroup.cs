using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The answers to one problem, as class ids in one space (<see cref="AnswerClasses.Of"/> over both rounds together);
/// <see cref="AnswerClasses.None"/> where no answer could be extracted.
/// </summary>
public sealed record AnswerGroup
{
    /// <param name="maternal">[n] the maternal trajectories' answers.</param>
    /// <param name="retraced">[n][m] the answers of each one's continuations; empty where nothing was retraced.</param>
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

    /// <summary>A_n: [n] the maternal trajectories' answers.</summary>
    public IReadOnlyList<int> Maternal { get; }

    /// <summary>
    /// A_m: [n][m] the answers of each maternal trajectory's continuations; empty where nothing was retraced.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Retraced { get; }

    /// <summary>[b] the answers of samples whose picture was blanked; empty where none were taken.</summary>
    public IReadOnlyList<int> Blind { get; init; } = [];

    /// <summary>[s] the start model's answers; empty where it was not asked.</summary>
    public IReadOnlyList<int> Start { get; init; } = [];

    /// <summary>[t] the answers of a teacher that follows the policy slowly; empty where there is none.</summary>
    public IReadOnlyList<int> Teacher { get; init; } = [];

    /// <summary>[r] the answers to the question in other words; empty where it was not asked so.</summary>
    public IReadOnlyList<int> Rephrased { get; init; } = [];

    /// <summary>
    /// The class of the gold answer: null where the problem has no label, <see cref="AnswerClasses.None"/> where no
    /// answer of the group is right. Statistics measure with it.
    /// </summary>
    public int? GoldClass { get; init; }

    /// <summary>The evidence that the rule which scores the group reads besides answers.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>Partitions the answers of all rounds to one problem.</summary>
    /// <param name="maternal">[n] null where none could be extracted.</param>
    /// <param name="retraced">[n][m] the continuations' answers, likewise; empty where nothing was retraced.</param>
    /// <param name="gold">The label; null: none. It takes no part in the partition.</param>
    /// <param name="equivalence">Decides which answers count as equal.</param>
    /// <param name="blind">[b] the answers of samples whose picture was blanked; null: none.</param>
    /// <param name="start">[s] the start model's answers; null: none.</param>
    /// <param name="teacher">[t] the answers of a teacher; null: none.</param>
    /// <param name="rephrased">[r] the answers to the question in other words; null: none.</param>
    public static AnswerGroup Of(
        IReadOnlyList<string?> maternal,
        IReadOnlyList<IReadOnlyList<string?>> retraced,
        string? gold,
        IAnswerEquivalence equivalence,
        IReadOnlyList<string?>? blind = null,
        IReadOnlyList<string?>? start = null,
        IReadOnlyList<string?>? teacher = null,
        IReadOnlyList<string?>? rephrased = null)
    {
        string?[] answers =
        [
            .. maternal, .. retraced.SelectMany(list => list), .. blind ?? [], .. start ?? [], .. teacher ?? [],
            .. rephrased ?? [],
        ];
        int[] classes = AnswerClasses.Of(answers, equivalence);
        int[][] ofContinuations = new int[retraced.Count][];
        int end = maternal.Count;
        for (int i = 0; i < ofContinuations.Length; i++)
        {
            ofContinuations[i] = Next(retraced[i].Count);
        }
        return new AnswerGroup(classes[..maternal.Count], ofContinuations)
        {
            Blind = Next(blind?.Count ?? 0),
            Start = Next(start?.Count ?? 0),
            Teacher = Next(teacher?.Count ?? 0),
            Rephrased = Next(rephrased?.Count ?? 0),
            GoldClass = gold is null ? null : AnswerClasses.Find(gold, answers, classes, equivalence),
        };

        int[] Next(int count) => classes[end..(end += count)];
    }

    /// <summary>The group's evidence of type <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">The group carries none.</exception>
    public T Read<T>()
        where T : Evidence =>
        Evidence.OfType<T>().FirstOrDefault()
        ?? throw new ArgumentException($"The rule reads {typeof(T).Name}, which the group does not carry.");
}
