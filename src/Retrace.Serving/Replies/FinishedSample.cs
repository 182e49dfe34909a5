using System.Text;
using Retrace.Models.Text;
using Retrace.Serving.Sampling;
using Retrace.Training.Rollouts;

namespace Retrace.Serving.Replies;

/// <summary>A finished sample, cut at the first stop string.</summary>
/// <param name="Text">Text without special tokens and without the stop string.</param>
/// <param name="Tokens">Token ids, including those of the stop string or the stop token.</param>
/// <param name="LogProbs">ln p of each token.</param>
/// <param name="Reason"><c>stop</c> or <c>length</c>.</param>
/// <param name="StopString">The stop string that ended the sample; null if another reason did.</param>
internal sealed record FinishedSample(string Text, int[] Tokens, float[] LogProbs, string Reason, string? StopString)
{
    public static FinishedSample Of(Generation generation, Tokenizer tokenizer, IReadOnlyList<string> stops)
    {
        var reading = new SampleText(tokenizer, stops);
        var text = new StringBuilder();
        foreach (int token in generation.Tokens)
        {
            text.Append(reading.Append(token));
        }
        text.Append(reading.End());
        return new FinishedSample(
            text.ToString(),
            generation.Tokens[..reading.Tokens],
            generation.LogProbs[..reading.Tokens],
            generation.Stopped || reading.Stop is not null ? "stop" : "length",
            reading.Stop);
    }
}
