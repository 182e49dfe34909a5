using System.Text;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// A prompt as servers expect it, with one placeholder for each image. The server repeats the placeholder for every
/// token of the image, so an expanded prompt would be expanded twice.
/// </summary>
/// <param name="Tokens">Token ids, one placeholder for each image.</param>
/// <param name="Text">The prompt as text; null if the tokens are not valid UTF-8.</param>
/// <param name="Chat">The prompt as messages; null if no messages render to its text.</param>
/// <param name="Images">Images in the order of their placeholders.</param>
/// <param name="ExpandedLength">Number of tokens after expansion.</param>
internal sealed record ServerPrompt(
    int[] Tokens, string? Text, ChatPrompt? Chat, IReadOnlyList<ProcessedImage> Images, int ExpandedLength)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Null if the prompt holds image tokens without an image, which a model can sample.</summary>
    public static ServerPrompt? Of(RolloutRequest request, Tokenizer tokenizer, ModelConfig config)
    {
        List<int> tokens = [];
        int image = 0;
        for (int i = 0; i < request.Prompt.Length; i++)
        {
            int id = request.Prompt[i];
            tokens.Add(id);
            if (id == config.Tokens.ImagePad)
            {
                if (image == request.Images.Count)
                {
                    return null;
                }
                i += request.Images[image++].Grid.TokenCount(config.Vision.MergeSize) - 1;
            }
        }
        int[] ids = [.. tokens];
        string? text = TextOf(ids, tokenizer);
        ChatPrompt? chat = text is null ? null : ChatPrompt.Read(text, config.Chat);
        return new ServerPrompt(ids, text, chat, request.Images, request.Prompt.Length);
    }

    // Null if a kept prefix ends inside a character.
    private static string? TextOf(int[] ids, Tokenizer tokenizer)
    {
        var bytes = new MemoryStream();
        foreach (int id in ids)
        {
            byte[] token = tokenizer.TokenBytes(id);
            if (token.Length == 0)
            {
                return null; // An unused row of the embedding, which has no text.
            }
            bytes.Write(token);
        }
        try
        {
            return Strict.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
