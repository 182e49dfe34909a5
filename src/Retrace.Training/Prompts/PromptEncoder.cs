using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Text;

namespace Retrace.Training.Prompts;

/// <summary>Turns a question with images into the token ids of a prompt.</summary>
/// <param name="model">Whose tokenizer, image tokens and merging are used.</param>
/// <param name="instruction">Appended to every question.</param>
public sealed class PromptEncoder(VisionLanguageModel model, string instruction)
{
    /// <summary>The prompt's ids, each image's placeholder repeated for every one of its tokens.</summary>
    /// <exception cref="BadInputException">The question itself holds image placeholders.</exception>
    public int[] Encode(string question, IReadOnlyList<ImageGrid> grids)
    {
        int[] ids = model.Tokenizer.Encode(ChatTemplate.Prompt(question + instruction, grids.Count));
        return ChatTemplate.ExpandImages(
            ids, grids, model.Network.Config.Tokens.ImagePad, model.Network.Config.Vision.MergeSize);
    }
}
