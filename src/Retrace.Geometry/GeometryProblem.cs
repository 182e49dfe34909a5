using Retrace.Geometry.Families;
using Retrace.Geometry.Figures;

namespace Retrace.Geometry;

/// <summary>A synthetic problem: a short question about a figure that must be read to answer it.</summary>
/// <param name="Id">The family and a hash of the content; two problems with the same content have the same id.</param>
/// <param name="Family">The kind of problem, one of <see cref="GeometryGenerator.Families"/>.</param>
/// <param name="Difficulty">1 to 3: more labels, larger numbers, two steps.</param>
/// <param name="Question">At most 100 characters; it never holds a number that the figure holds.</param>
/// <param name="Reasoning">What is read from the figure, then the calculation; at most 90 characters, no tags.</param>
/// <param name="Answer">An integer, or a time of day as h:mm.</param>
/// <param name="Figure">What is drawn; the answer can be recomputed from it alone.</param>
public sealed record GeometryProblem(
    string Id,
    string Family,
    int Difficulty,
    string Question,
    string Reasoning,
    string Answer,
    FigureDescription Figure)
{
    /// <summary>The question in other words; null where it is not wanted.</summary>
    public string? Rephrased { get; init; }

    /// <summary>
    /// Plausible wrong responses, at most one of each kind; none where this kind of problem has no such temptation.
    /// </summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>
    /// A sentence that suggests a wrong answer, and that the question may go on with (<see cref="WithSuggestion"/>);
    /// null where this kind of problem has none.
    /// </summary>
    public string? Suggestion { get; init; }

    /// <summary>The problem with the suggestion in its question.</summary>
    public GeometryProblem WithSuggestion() =>
        Suggestion is null
            ? this
            : this with
            {
                Question = $"{Question} {Suggestion}",
                Rephrased = Rephrased is null ? null : $"{Rephrased} {Suggestion}",
            };
}

/// <summary>
/// The parts of the endless stream of problems. A problem's content decides its part, so no two parts share a problem.
/// </summary>
public enum GeometrySplit
{
    Train,
    Evaluation,
    Test,
}
