using System.Text.Json;
using Retrace.Data.Json;
using Retrace.Models;
using Retrace.Training.Prompts;

namespace Retrace.Training.Rollouts;

/// <summary>Generates responses to prompts.</summary>
/// <param name="model">The model, whose tokenizer decodes responses.</param>
/// <param name="engine">The engine that generates with the model.</param>
/// <param name="sampling">How responses are sampled.</param>
public sealed class Responder(VisionLanguageModel model, LocalRolloutEngine engine, ResponseSampling sampling)
{
    private const int PromptsAtOnce = 64;

    /// <summary>Samples responses to one prompt.</summary>
    /// <param name="prompt">The encoded prompt.</param>
    /// <param name="onToken">Called with (sample, token) for each sampled token.</param>
    /// <returns>[samples]</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public Generation[] Respond(
        EncodedPrompt prompt, CancellationToken cancellation, Action<int, int>? onToken = null) =>
        Generate([prompt], first: 0, cancellation, (_, sample, token) => onToken?.Invoke(sample, token))[0];

    /// <summary>
    /// Samples responses to each line and writes <c>{"id", "responses", "token_ids"}</c>, in the
    /// order of the lines, with one element for each sample. The ids include stop tokens; the texts hold no special
    /// tokens. Without a tokenizer <c>responses</c> is null.
    /// </summary>
    /// <param name="lines">The prompts to answer.</param>
    /// <param name="encoder">Encodes the prompts.</param>
    /// <param name="output">The file to write; it appears only when it is complete.</param>
    /// <param name="onLines">Called with the number of lines done so far.</param>
    /// <exception cref="BadInputException">A prompt cannot be used, or the file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public void RespondToFile(
        IReadOnlyList<PromptLine> lines,
        PromptEncoder encoder,
        string output,
        CancellationToken cancellation,
        Action<int>? onLines = null)
    {
        JsonLinesFile.Write(output, Responses(), (writer, pair) => Write(writer, pair.Line, pair.Generations));

        IEnumerable<(PromptLine Line, Generation[] Generations)> Responses()
        {
            int done = 0;
            foreach (PromptLine[] chunk in lines.Chunk(PromptsAtOnce))
            {
                Generation[][] generations =
                    Generate([.. chunk.Select(encoder.EncodePrompt)], first: done, cancellation, onToken: null);
                foreach ((PromptLine, Generation[]) pair in chunk.Zip(generations))
                {
                    yield return pair;
                }
                done += chunk.Length;
                onLines?.Invoke(done);
            }
        }
    }

    // first: index of the first prompt in the whole file, from which the random streams follow.
    private Generation[][] Generate(
        EncodedPrompt[] prompts, int first, CancellationToken cancellation, Action<int, int, int>? onToken)
    {
        RolloutRequest[] requests =
        [
            .. prompts.Select((prompt, i) => new RolloutRequest(
                prompt.Tokens,
                prompt.Images,
                sampling.MaxResponseTokens,
                [.. Enumerable.Range(0, sampling.Samples).Select(sample =>
                    RandomStream.For(sampling.Seed, Purpose.Generation, first + i, sample))])),
        ];
        return engine.Generate(
            requests, new SamplingSettings(sampling.Temperature, sampling.TopP), cancellation, onToken);
    }

    private void Write(Utf8JsonWriter writer, PromptLine line, Generation[] generations)
    {
        writer.WritePropertyName("id");
        line.Id.WriteTo(writer);
        if (model.HasTokenizer)
        {
            writer.WriteStartArray("responses");
            foreach (Generation generation in generations)
            {
                writer.WriteStringValue(model.Tokenizer.Decode(generation.Content.ToArray()));
            }
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNull("responses");
        }
        writer.WriteStartArray("token_ids");
        foreach (Generation generation in generations)
        {
            writer.WriteStartArray();
            foreach (int token in generation.Tokens)
            {
                writer.WriteNumberValue(token);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }
}
