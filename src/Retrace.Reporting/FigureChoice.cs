namespace Retrace.Reporting;

/// <summary>Which of a report's figures are written as files.</summary>
/// <param name="Names">What their names begin with.</param>
public sealed record FigureChoice(IReadOnlyList<string> Names)
{
    /// <summary>Every figure.</summary>
    public static FigureChoice All { get; } = new([""]);

    /// <summary>
    /// Steps whose answers of both rounds are shown, where a run has them all; the first, the middle and the last one
    /// where it has not.
    /// </summary>
    public IReadOnlyList<int> AnswerSteps { get; init; } = [];

    internal bool Includes(string name) => Names.Any(start => name.StartsWith(start, StringComparison.Ordinal));
}
