using Retrace.Answers;
using Retrace.Problems;
using Retrace.Rewards;

namespace Retrace.Training.Measurement;

/// <summary>A labeled problem with graded responses.</summary>
/// <param name="Id">The problem's id.</param>
/// <param name="Category">Its kind; null where the data do not say.</param>
/// <param name="Gold">The label.</param>
/// <param name="Responses">[k]</param>
/// <param name="Answers">[k] null where none could be extracted.</param>
/// <param name="Classes">[k] classes of equal answers; <see cref="AnswerClasses.None"/> without an answer.</param>
/// <param name="GoldClass">The class that equals the label; <see cref="AnswerClasses.None"/> where no answer does.</param>
public sealed record GradedProblem(
    string Id,
    string? Category,
    string Gold,
    IReadOnlyList<SampledResponse> Responses,
    IReadOnlyList<string?> Answers,
    IReadOnlyList<int> Classes,
    int GoldClass)
{
    /// <summary>[k] which responses are right.</summary>
    public IReadOnlyList<bool> Right => [.. Classes.Select(IsRight)];

    /// <summary>How many of the k responses are right.</summary>
    public int RightCount => Classes.Count(IsRight);

    /// <summary>The share of the k responses that are right.</summary>
    public double RightShare => (double)RightCount / Classes.Count;

    /// <summary>Whether the most frequent answer is right; of several the one that came first.</summary>
    public bool MajorityIsRight => IsRight(MajorityClass);

    /// <summary>The most frequent answer as it came first; null where no response has one.</summary>
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
    /// <param name="problem">What was asked.</param>
    /// <param name="key">What is right.</param>
    /// <param name="responses">[k], at least one.</param>
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
