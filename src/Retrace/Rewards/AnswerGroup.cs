using System.Collections.Immutable;
using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The answers to one problem, as class ids in one space (<see cref="AnswerClasses.Of"/> over all rounds together);
/// <see cref="AnswerClasses.None"/> where no answer could be extracted.
/// </summary>
public sealed record AnswerGroup
{
    /// <summary>
    /// The inputs of rules that are the answers of a round beside the maternal one and re-inference, in the order in
    /// which their classes are numbered.
    /// </summary>
    public static readonly ImmutableArray<RewardInputs> SideRounds =
    [
        RewardInputs.BlindAnswers, RewardInputs.StartAnswers, RewardInputs.TeacherAnswers, RewardInputs.RephrasedAnswers,
    ];

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

    /// <summary>
    /// The class of the gold answer: null where the problem has no label, <see cref="AnswerClasses.None"/> where no
    /// answer of the group is right. Statistics measure with it.
    /// </summary>
    public int? GoldClass { get; init; }

    /// <summary>The evidence that the rule which scores the group reads besides answers.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    private ImmutableDictionary<RewardInputs, IReadOnlyList<int>> SideAnswers { get; init; } =
        ImmutableDictionary<RewardInputs, IReadOnlyList<int>>.Empty;

    /// <summary>Partitions the answers of all rounds to one problem.</summary>
    /// <param name="maternal">[n] null where none could be extracted.</param>
    /// <param name="retraced">[n][m] the continuations' answers, likewise; empty where nothing was retraced.</param>
    /// <param name="gold">The label; null: none. It takes no part in the partition.</param>
    /// <param name="equivalence">Decides which answers count as equal.</param>
    /// <param name="sideAnswers">
    /// [b] the answers of each further round that was sampled, one of <see cref="SideRounds"/>; null: none.
    /// </param>
    /// <exception cref="ArgumentException">A key of <paramref name="sideAnswers"/> is no round of answers.</exception>
    public static AnswerGroup Of(
        IReadOnlyList<string?> maternal,
        IReadOnlyList<IReadOnlyList<string?>> retraced,
        string? gold,
        IAnswerEquivalence equivalence,
        IReadOnlyDictionary<RewardInputs, IReadOnlyList<string?>>? sideAnswers = null)
    {
        (RewardInputs Round, IReadOnlyList<string?> Answers)[] further = sideAnswers is null
            ? []
            : [.. sideAnswers.Select(one => (Round: Checked(one.Key), one.Value)).OrderBy(one => SideRounds.IndexOf(one.Round))];
        string?[] answers =
        [
            .. maternal, .. retraced.SelectMany(list => list), .. further.SelectMany(round => round.Answers),
        ];
        int[] classes = AnswerClasses.Of(answers, equivalence);
        int[][] ofContinuations = new int[retraced.Count][];
        int end = maternal.Count;
        for (int i = 0; i < ofContinuations.Length; i++)
        {
            ofContinuations[i] = Next(retraced[i].Count);
        }
        AnswerGroup group = new(classes[..maternal.Count], ofContinuations)
        {
            GoldClass = gold is null ? null : AnswerClasses.Find(gold, answers, classes, equivalence),
        };
        return further.Aggregate(group, (with, round) => with.With(round.Round, Next(round.Answers.Count)));

        int[] Next(int count) => classes[end..(end += count)];
    }

    /// <summary>[b] the answers of a further round; empty where it was not sampled.</summary>
    /// <param name="round">One of <see cref="SideRounds"/>.</param>
    /// <exception cref="ArgumentException">The input is no round of answers.</exception>
    public IReadOnlyList<int> SideAnswersOf(RewardInputs round) => SideAnswers.GetValueOrDefault(Checked(round)) ?? [];

    /// <summary>The group with the answers of a further round, in place of those it had of that round.</summary>
    /// <param name="round">One of <see cref="SideRounds"/>.</param>
    /// <param name="answers">[b] class ids, in the same space as all others of the group.</param>
    /// <exception cref="ArgumentException">The input is no round of answers.</exception>
    public AnswerGroup With(RewardInputs round, IReadOnlyList<int> answers) =>
        this with { SideAnswers = SideAnswers.SetItem(Checked(round), answers) };

    /// <summary>The group's evidence of type <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">The group carries none.</exception>
    public T Read<T>()
        where T : Evidence =>
        Evidence.OfType<T>().FirstOrDefault()
        ?? throw new ArgumentException($"The rule reads {typeof(T).Name}, which the group does not carry.");

    private static RewardInputs Checked(RewardInputs round) => SideRounds.Contains(round)
        ? round
        : throw new ArgumentException($"{round} is no round of answers: {string.Join(", ", SideRounds)} are.", nameof(round));
}
