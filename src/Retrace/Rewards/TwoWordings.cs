using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>The frequencies of a problem's answers to the question as it is, and to the question in other words.</summary>
internal sealed class TwoWordings
{
    private readonly AnswerGroup _group;

    public TwoWordings(AnswerGroup group)
    {
        _group = group;
        Asked = new AnswerFrequencies(group.Maternal);
        IReadOnlyList<int> inOtherWords = group.SideAnswersOf(RewardInputs.RephrasedAnswers);
        Rephrased = inOtherWords.Count == 0 ? null : new AnswerFrequencies(inOtherWords);
    }

    /// <summary>Frequencies of the answers to the question as it is.</summary>
    public AnswerFrequencies Asked { get; }

    /// <summary>Those of the answers to other words; null: the problem was asked in no other.</summary>
    public AnswerFrequencies? Rephrased { get; }

    /// <summary>Both, as parts of the reward.</summary>
    public IEnumerable<RewardPart> Parts =>
    [
        RewardPart.OfAnswers("share of the samples", _group, Asked.Of),
        .. Rephrased is null
            ? Array.Empty<RewardPart>()
            : [RewardPart.OfAnswers("share of the answers to other words", _group, Rephrased.Of)],
    ];

    /// <summary>The problem's weight: what was asked in no other words is not learned from.</summary>
    public static double WeightOf(AnswerGroup group) =>
        group.SideAnswersOf(RewardInputs.RephrasedAnswers).Count == 0 ? 0 : 1;
}
