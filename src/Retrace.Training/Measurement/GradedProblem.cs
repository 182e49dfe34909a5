using Retrace.Answers;
using Retrace.Problems;
using Retrace.Rewards;

namespace Retrace.Training.Measurement;

/// <summary>A labeled problem with graded responses.</summary>
/// <param name="Id">The problem's id in its source.</param>
/// <param name="Category">The kind of problem; null if the data do not say.</param>
/// <param name="Gold">The gold answer.</param>
/// <param name="Responses">[k] The sampled responses.</param>
/// <param name="Answers">[k] The final answers; null where none could be extracted.</param>
/// <param name="Classes">
/// [k] Classes of equal answers; <see cref="AnswerClasses.None"/> where there is no answer.
/// </param>
/// <param name="GoldClass">
/// The class that equals the gold answer; <see cref="AnswerClasses.None"/> if no answer does.
/// </param>
public sealed record GradedProblem(
    string Id,
    string? Category,
    string Gold,
    IReadOnlyList<SampledResponse> Responses,
    IReadOnlyList<string?> Answers,
    IReadOnlyList<int> Classes,
    int GoldClass)
{
    /// <summary>
    /// What the prompt has begun the responses with (<see cref="ResponseFormat.OpeningOf"/>), which their texts go on from.
    /// </summary>
    public string Opening { get; init; } = "";

    /// <summary>Number of responses of the asked form, with what the prompt has begun them with.</summary>
    public int FormattedCount => Responses.Count(response => ResponseFormat.Matches(Opening + response.Text));

    /// <summary>[k] Whether each response is right.</summary>
    public IReadOnlyList<bool> Right => [.. Classes.Select(IsRight)];

    /// <summary>Number of right responses among the k.</summary>
    public int RightCount => Classes.Count(IsRight);

    /// <summary>Share of the k responses that are right.</summary>
    public double RightShare => (double)RightCount / Classes.Count;

    /// <summary>Whether the most frequent answer is right. On a tie, the answer that came first counts.</summary>
    public bool MajorityIsRight => IsRight(MajorityClass);

    /// <summary>
    /// The most frequent answer in the form in which it came first; null if no response has an answer.
    /// </summary>
    public string? MajorityAnswer => MajorityClass == AnswerClasses.None
        ? null
        : Answers[Classes.Index().First(pair => pair.Item == MajorityClass).Index];

    private int MajorityClass => Classes.Where(id => id != AnswerClasses.None)
        .CountBy(id => id)
        .OrderByDescending(pair => pair.Value)
        .ThenBy(pair => pair.Key)
        .Select(pair => pair.Key)
        .FirstOrDefault(AnswerClasses.None);

    /// <summary>Grades responses to a problem.</summary>
    /// <param name="problem">The problem that was asked.</param>
    /// <param name="key">The problem's gold answer and when answers equal it.</param>
    /// <param name="responses">[k] The responses, at least one.</param>
    /// <param name="extraction">How answers are found in responses.</param>
    public static GradedProblem Of(
        Problem problem, AnswerKey key, IReadOnlyList<SampledResponse> responses, IAnswerExtraction extraction)
    {
        string?[] answers = [.. responses.Select(response => extraction.Extract(response.Text))];
        AnswerGroup group = AnswerGroup.Of(answers, [], key.Label, key.Equivalence);
        return new GradedProblem(
            problem.Id, problem.Category, key.Label, responses, answers, group.Maternal, group.GoldClass!.Value);
    }

    /// <summary>Whether an answer of this class is right.</summary>
    public bool IsRight(int answerClass) => answerClass != AnswerClasses.None && answerClass == GoldClass;
}
