using Retrace.Problems;

namespace Retrace.Models.Text;

/// <summary>The format in which a family's models expect a conversation.</summary>
/// <remarks>
/// A conversation is a list of turns; an image stands as <see cref="ImagePlace"/> among a turn's text.
/// </remarks>
public abstract class ChatTemplate
{
    /// <summary>The role of the model's own turns.</summary>
    public const string Assistant = "assistant";

    /// <summary>The token that ends a turn, at which generation stops.</summary>
    public abstract string EndOfTurn { get; }

    /// <summary>The placeholder for the tokens of an image until the size of its grid is known.</summary>
    public abstract string ImagePad { get; }

    /// <summary>The text of an image's place in a turn: <see cref="ImagePad"/> with its delimiters.</summary>
    public abstract string ImagePlace { get; }

    /// <summary>The token that pads batches and ends documents.</summary>
    public abstract string Padding { get; }

    /// <summary>
    /// The special tokens a vocabulary needs for this format, in the order of the published models' ids.
    /// </summary>
    public abstract IReadOnlyList<string> SpecialTokens { get; }

    /// <summary>
    /// What a prompt has begun the model's turn with, such as an opened thought: responses go on from there.
    /// </summary>
    public virtual string Opening => "";

    /// <summary>This format as a Jinja template, for the tools that read it from the model's folder.</summary>
    public abstract string Jinja { get; }

    /// <summary>The prompt for a question, ready for the model to answer.</summary>
    /// <param name="text">
    /// The question; <see cref="Problem.ImagePlace"/> in it becomes an <see cref="ImagePlace"/>.
    /// </param>
    /// <param name="imageCount">All images; those without a place in the text are shown before it.</param>
    /// <param name="system">The text of the system turn; the format's default if not given.</param>
    /// <exception cref="BadInputException">The text has more places than there are images.</exception>
    public string Prompt(string text, int imageCount, string? system = default)
    {
        int placed = Problem.PlacesIn(text);
        if (placed > imageCount)
        {
            throw new BadInputException(
                $"The prompt has {placed} places {Problem.ImagePlace} for images, but there are {imageCount} images.");
        }
        ChatTurn question = new("user", text.Replace(Problem.ImagePlace, ImagePlace), imageCount - placed);
        return Prompt(system is null ? [question] : [new ChatTurn("system", system), question]);
    }

    /// <summary>The prompt for a conversation in which the model takes the next turn.</summary>
    /// <param name="turns">At least one.</param>
    public abstract string Prompt(IReadOnlyList<ChatTurn> turns);

    /// <summary>The text of a conversation that ends with its last turn.</summary>
    /// <param name="turns">As above.</param>
    public abstract string Turns(IReadOnlyList<ChatTurn> turns);

    /// <summary>The prompt for a conversation whose unfinished last turn the model continues.</summary>
    /// <param name="turns">As above.</param>
    public abstract string Continuation(IReadOnlyList<ChatTurn> turns);

    /// <summary>
    /// Appends a finished assistant turn to a prompt and opens another: the form in which the released code asks for a
    /// continuation.
    /// </summary>
    /// <param name="prompt">Ends in an opened assistant turn.</param>
    /// <param name="answer">The text of the assistant's turn.</param>
    /// <param name="request">A user turn between the two; none if not given.</param>
    public abstract string NewTurn(string prompt, string answer, string? request = null);

    /// <summary>Parses the turns of a rendered conversation; null if the text is not one.</summary>
    /// <param name="text">May end inside a turn.</param>
    public abstract IReadOnlyList<ChatTurn>? Parse(string text);
}
