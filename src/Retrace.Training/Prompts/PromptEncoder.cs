using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>Encodes a user's text and images as a prompt.</summary>
/// <param name="model">The model whose tokenizer and image processor are used.</param>
/// <param name="instruction">Appended to every text, as <c>data.instruction</c> is in training; may be empty.</param>
public sealed class PromptEncoder(VisionLanguageModel model, string instruction)
{
    private readonly ProblemPreparation _preparation =
        new(model, new DataSettings { Instruction = instruction });

    /// <summary>Encodes a user's turn by the chat template up to where the response begins.</summary>
    /// <remarks>Images are shown as in <see cref="Problem.Question"/>.</remarks>
    /// <exception cref="BadInputException">
    /// There is no tokenizer, an image cannot be decoded, or the text itself holds image tokens.
    /// </exception>
    public EncodedPrompt Encode(string text, IReadOnlyList<ProblemImage> images)
    {
        PreparedProblem prepared = _preparation.Prepare(new Problem("prompt", text, images));
        return new EncodedPrompt(prepared.Prompt, prepared.Images);
    }

    /// <summary>Encodes the prompt of a line: its text by the chat template, or its tokens unchanged.</summary>
    /// <exception cref="BadInputException">
    /// As above, or a token is not in the vocabulary, or image tokens and images do not match. The message names the
    /// line.
    /// </exception>
    public EncodedPrompt EncodePrompt(PromptLine line) => AtPlaceOf(line, () => PromptOf(line));

    /// <summary>Encodes the prompt of a line followed by its response, whose turn stays open.</summary>
    /// <exception cref="BadInputException">As for <see cref="EncodePrompt"/>.</exception>
    public EncodedPrompt EncodeWithResponse(PromptLine line) => AtPlaceOf(line, () =>
    {
        EncodedPrompt prompt = PromptOf(line);
        return line.Response is string response
            ? prompt with { Tokens = [.. prompt.Tokens, .. model.Tokenizer.Encode(response)] }
            : prompt;
    });

    private EncodedPrompt PromptOf(PromptLine line) => line.Text is string text
        ? Encode(text, line.Images)
        : WithTokens(
            [.. line.Tokens!],
            [.. line.Images.Select(ProblemPreparation.Decode).Select(model.Images.Process)]);

    private EncodedPrompt WithTokens(int[] tokens, ProcessedImage[] images)
    {
        int vocabulary = model.Network.Config.Text.VocabularySize;
        if (Array.FindIndex(tokens, id => id < 0 || id >= vocabulary) is >= 0 and int bad)
        {
            throw new BadInputException($"token {tokens[bad]} is not among the model's {vocabulary}");
        }
        int pads = tokens.Count(id => id == model.Network.Config.Tokens.ImagePad);
        int needed = images.Sum(image => image.Grid.TokenCount(model.Network.Config.Vision.MergeSize));
        return pads == needed
            ? new EncodedPrompt(tokens, images)
            : throw new BadInputException($"it has {pads} image tokens, but its images need {needed}");
    }

    private static EncodedPrompt AtPlaceOf(PromptLine line, Func<EncodedPrompt> encode)
    {
        try
        {
            return encode();
        }
        catch (BadInputException error)
        {
            throw new BadInputException($"{line.Place}: {error.Message}", error);
        }
    }
}
