using System.Text.Json;
using Retrace.Data.Json;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;

namespace Retrace.Evaluation;

/// <summary>Log-probabilities of given tokens.</summary>
/// <param name="model">The model that gives the probabilities.</param>
/// <param name="tokensAtOnce">
/// The most tokens in a forward pass, padding included; a longer sequence has one for itself.
/// </param>
public sealed class Scorer(VisionLanguageNetwork model, int tokensAtOnce)
{
    private const int LinesAtOnce = 64;

    /// <summary>ln p of each token but the first, given all before it.</summary>
    /// <param name="sequences">Each of at least one token.</param>
    /// <returns>[sequences][tokens − 1]</returns>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public float[][] Score(IReadOnlyList<EncodedPrompt> sequences, CancellationToken cancellation) =>
        PromptedResponse.LogProbs(
            model,
            [.. sequences.Select(sequence =>
                new PromptedResponse(sequence.Tokens[..1], sequence.Tokens[1..], sequence.Images))],
            tokensAtOnce,
            temperature: 1.0,
            cancellation);

    /// <summary>
    /// Writes <c>{"id", "token_ids", "log_probs"}</c> for each line, in the lines' order. The first log-probability is
    /// null, since nothing is before it.
    /// </summary>
    /// <param name="lines">Prompts, with or without responses.</param>
    /// <param name="encoder">Turns them into tokens.</param>
    /// <param name="output">Written atomically.</param>
    /// <param name="onLines">Called with the number of lines done so far.</param>
    /// <exception cref="BadInputException">A line cannot be used, or the file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public void ScoreFile(
        IReadOnlyList<PromptLine> lines,
        PromptEncoder encoder,
        string output,
        CancellationToken cancellation,
        Action<int>? onLines = null)
    {
        JsonLinesFile.Write(
            output, Scores(), (writer, score) => Write(writer, score.Line, score.Tokens, score.LogProbs));

        IEnumerable<(PromptLine Line, int[] Tokens, float[] LogProbs)> Scores()
        {
            int done = 0;
            foreach (PromptLine[] chunk in lines.Chunk(LinesAtOnce))
            {
                EncodedPrompt[] sequences = [.. chunk.Select(encoder.EncodeWithResponse)];
                float[][] logProbs = Score(sequences, cancellation);
                for (int i = 0; i < chunk.Length; i++)
                {
                    yield return (chunk[i], sequences[i].Tokens, logProbs[i]);
                }
                done += chunk.Length;
                onLines?.Invoke(done);
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, PromptLine line, int[] tokens, float[] logProbs)
    {
        writer.WritePropertyName("id");
        line.Id.WriteTo(writer);
        writer.WriteNumbers("token_ids", tokens);
        writer.WriteStartArray("log_probs");
        writer.WriteNullValue();
        foreach (float logProb in logProbs)
        {
            writer.WriteNumberValue(logProb);
        }
        writer.WriteEndArray();
    }
}
