using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Rollouts;

/// <summary>Answers a prompt in one call.</summary>
public static class ModelGeneration
{
    /// <summary>Samples one response to a user's turn, and gives its text piece by piece as it comes.</summary>
    /// <remarks>The model computes on a thread of its own; it serves one call at a time.</remarks>
    /// <param name="model">What answers.</param>
    /// <param name="prompt">The text of the turn, without image placeholders.</param>
    /// <param name="images">Shown before the text, in their order; null: none.</param>
    /// <param name="sampling">
    /// How tokens are sampled; null: as in training (<see cref="RolloutSettings"/>), with seed 0. One sample is taken,
    /// whatever it says.
    /// </param>
    /// <param name="cancellation">Ends the response; so does leaving the enumeration.</param>
    /// <returns>Pieces that together are the response, special tokens left out.</returns>
    /// <exception cref="BadInputException">
    /// The model has no tokenizer, an image cannot be decoded, or the text itself holds image tokens.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static async IAsyncEnumerable<string> Generate(
        this VisionLanguageModel model,
        string prompt,
        IReadOnlyList<ProblemImage>? images = null,
        ResponseSampling? sampling = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        var work = Task.Run(
            () => Write(model, prompt, images ?? [], sampling, pieces.Writer, left.Token), CancellationToken.None);
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return piece;
            }
        }
        finally
        {
            left.Cancel();
            await work; // The model is free again when the enumeration has ended.
        }
    }

    // What goes wrong reaches the reader through the channel.
    private static void Write(
        VisionLanguageModel model,
        string prompt,
        IReadOnlyList<ProblemImage> images,
        ResponseSampling? sampling,
        ChannelWriter<string> pieces,
        CancellationToken cancellation)
    {
        try
        {
            RolloutSettings settings = new();
            sampling = (sampling ?? new ResponseSampling(
                1, settings.Temperature, settings.TopP, settings.MaxResponseTokens, Seed: 0)) with { Samples = 1 };
            EncodedPrompt encoded = new PromptEncoder(model, instruction: "").Encode(prompt, images);
            TextStream text = new(model.Tokenizer);
            Responder responder = new(model, new LocalRolloutEngine(model.Network, settings), sampling);
            responder.Respond(encoded, cancellation, (_, token) => Give(text.Append(token)));
            Give(text.End());
            pieces.Complete();
        }
        catch (Exception error)
        {
            pieces.Complete(error);
        }

        void Give(string piece)
        {
            if (piece.Length > 0)
            {
                pieces.TryWrite(piece);
            }
        }
    }
}
