using Retrace.Answers;

namespace Retrace.Training.Evaluation;

/// <summary>A labeled problem with graded responses.</summary>
/// <param name="Id">The problem's id.</param>
/// <param name="Category">Its kind; null where the data do not say.</param>
/// <param name="Gold">The label.</param>
/// <param name="Responses">[k] texts.</param>
/// <param name="Answers">[k] null where none could be extracted.</param>
/// <param name="Classes">[k] classes of equal answers; <see cref="AnswerClasses.None"/> without an answer.</param>
/// <param name="GoldClass">The class that equals the label; <see cref="AnswerClasses.None"/> where no answer does.</param>
public sealed record GradedProblem(
    string Id,
    string? Category,
    string Gold,
    IReadOnlyList<string> Responses,
    IReadOnlyList<string?> Answers,
    IReadOnlyList<int> Classes,
    int GoldClass)
{
    /// <summary>How many of the k responses are right.</summary>
    public int RightCount => Classes.Count(IsRight);

    /// <summary>Whether the most frequent answer is right; of several the one that came first.</summary>
    public bool MajorityIsRight => Classes.Where(id => id != AnswerClasses.None)
        .CountBy(id => id)
        .OrderByDescending(pair => pair.Value)
        .ThenBy(pair => pair.Key)
        .Select(pair => IsRight(pair.Key))
        .FirstOrDefault();

    /// <summary>Whether an answer of this class is right.</summary>
    public bool IsRight(int answerClass) => answerClass != AnswerClasses.None && answerClass == GoldClass;
}
