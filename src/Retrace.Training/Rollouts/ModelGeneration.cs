using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Rollouts;

/// <summary>Generates a response to a prompt in one call.</summary>
public static class ModelGeneration
{
    /// <summary>Generates one response to a user's turn and streams its text.</summary>
    /// <remarks>The model computes on another thread. It can serve one call at a time.</remarks>
    /// <param name="model">The model that responds.</param>
    /// <param name="prompt">The text of the turn, without image placeholders.</param>
    /// <param name="images">Images to show before the text, in order; null: none.</param>
    /// <param name="sampling">
    /// How tokens are sampled; null: with the defaults of training (<see cref="RolloutSettings"/>) and seed 0. The
    /// number of samples is ignored.
    /// </param>
    /// <param name="cancellation">Stops the generation; so does leaving the enumeration.</param>
    /// <returns>Pieces of the response, without special tokens.</returns>
    /// <exception cref="BadInputException">
    /// The model has no tokenizer, an image cannot be decoded, or the text itself holds image tokens.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
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
            await work; // So that the model is free when the enumeration ends.
        }
    }

    // Failures reach the reader through the channel.
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
            ResponseSampling usual = new(
                Samples: 1, settings.Temperature, settings.TopP, settings.MaxResponseTokens, Seed: 0);
            sampling = (sampling ?? usual) with { Samples = 1 };
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
