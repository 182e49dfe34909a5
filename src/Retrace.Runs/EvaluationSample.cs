namespace Retrace.Runs;

/// <summary>
/// A response of an evaluation during a run, with what it was graded by: a line of
/// <see cref="RunFolder.EvaluationSamples"/>.
/// </summary>
public sealed record EvaluationSample
{
    /// <summary><see cref="Finish"/> of a response that ended by itself.</summary>
    public const string Stop = "stop";

    /// <summary><see cref="Finish"/> of a response that was cut off at the longest length.</summary>
    public const string Length = "length";

    /// <summary>The step after which it was sampled; 0 is before training.</summary>
    public required int Step { get; init; }

    public required string ProblemId { get; init; }

    /// <summary>Which of the problem's responses it is, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>The kind of problem; null where the data do not say.</summary>
    public string? Category { get; init; }

    /// <summary>The label.</summary>
    public required string Gold { get; init; }

    public required string Response { get; init; }

    /// <summary>The answer found in the response; null when there is none.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether the answer equals the label.</summary>
    public required bool Right { get; init; }

    /// <summary>Length in tokens, with the stop token.</summary>
    public required int Tokens { get; init; }

    /// <summary><see cref="Stop"/> or <see cref="Length"/>.</summary>
    public required string Finish { get; init; }
}
