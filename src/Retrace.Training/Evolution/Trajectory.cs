using Retrace.Answers;
using Retrace.Models.Text;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>A sampled response with its text and final answer.</summary>
/// <param name="Generation">The sampled tokens.</param>
/// <param name="Text">The text without the stop token.</param>
/// <param name="Answer">The final answer; null if none could be extracted.</param>
public sealed record Trajectory(Generation Generation, string Text, string? Answer)
{
    /// <summary>What the prompt has begun the model's turn with (<see cref="ChatTemplate.Opening"/>).</summary>
    public string Opening { get; init; } = "";

    /// <summary>Whether the whole response, with what the prompt has begun it with, has the required format.</summary>
    public bool IsFormatted => ResponseFormat.Matches(Opening + Text);

    public static Trajectory Read(Generation generation, Tokenizer tokenizer, IAnswerExtraction extraction)
    {
        string text = tokenizer.Decode(generation.Content.ToArray());
        return new Trajectory(generation, text, extraction.Extract(text));
    }
}
