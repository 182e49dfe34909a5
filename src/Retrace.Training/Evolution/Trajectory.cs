using Retrace.Answers;
using Retrace.Models.Text;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>A maternal response, read.</summary>
/// <param name="Generation">Its tokens.</param>
/// <param name="Text">Its text, without the stop token.</param>
/// <param name="Answer">Its final answer; null when there is none.</param>
public sealed record Trajectory(Generation Generation, string Text, string? Answer)
{
    /// <summary>Whether the whole response has the asked-for form.</summary>
    public bool IsFormatted => ResponseFormat.Matches(Text);

    public static Trajectory Read(Generation generation, Tokenizer tokenizer, IAnswerExtraction extraction)
    {
        string text = tokenizer.Decode(generation.Content.ToArray());
        return new Trajectory(generation, text, extraction.Extract(text));
    }
}
