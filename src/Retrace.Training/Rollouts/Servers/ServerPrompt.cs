using System.Text;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// A prompt as servers take it: one placeholder for each image. A server makes as many of it as the image has tokens; a
/// prompt that came expanded would be expanded twice.
/// </summary>
/// <param name="Tokens">Ids, images not expanded.</param>
/// <param name="Text">The same as text; null where the tokens are no whole text.</param>
/// <param name="Chat">The same as messages; null where no messages give this text.</param>
/// <param name="Images">In the order of their places.</param>
/// <param name="ExpandedLength">Tokens as the model reads it.</param>
internal sealed record ServerPrompt(
    int[] Tokens, string? Text, ChatPrompt? Chat, IReadOnlyList<ProcessedImage> Images, int ExpandedLength)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Null where the prompt holds image tokens that are no image's, as a model can sample them.</summary>
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
        ChatPrompt? chat = text is null ? null : ChatPrompt.Read(text, config.Family.Chat);
        return new ServerPrompt(ids, text, chat, request.Images, request.Prompt.Length);
    }

    // A kept prefix may end inside a character.
    private static string? TextOf(int[] ids, Tokenizer tokenizer)
    {
        var bytes = new MemoryStream();
        foreach (int id in ids)
        {
            byte[] token = tokenizer.TokenBytes(id);
            if (token.Length == 0)
            {
                return null; // A spare row of the embedding, which no text leads to.
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
