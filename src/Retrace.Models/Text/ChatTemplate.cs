namespace Retrace.Models.Text;

/// <summary>How a family's models want a conversation written.</summary>
/// <remarks>
/// A conversation is a list of turns; an image stands as <see cref="ImagePlace"/> among a turn's text.
/// </remarks>
public abstract class ChatTemplate
{
    /// <summary>The role of the model's own turns.</summary>
    public const string Assistant = "assistant";

    /// <summary>Ends a turn; generation stops at it.</summary>
    public abstract string EndOfTurn { get; }

    /// <summary>Stands for the tokens of an image until the size of its grid is known.</summary>
    public abstract string ImagePad { get; }

    /// <summary>Where an image stands among a turn's text: <see cref="ImagePad"/> and what goes round it.</summary>
    public abstract string ImagePlace { get; }

    /// <summary>Fills batches up, and ends documents.</summary>
    public abstract string Padding { get; }

    /// <summary>
    /// The special tokens a vocabulary needs for this format, in the order of the published models' ids.
    /// </summary>
    public abstract IReadOnlyList<string> SpecialTokens { get; }

    /// <summary>The same format as a Jinja template, for the tools that read it from the model's folder.</summary>
    public abstract string Jinja { get; }

    /// <summary>A question, ready for the model to answer.</summary>
    /// <param name="text">The question.</param>
    /// <param name="imageCount">The images shown before it; each takes one <see cref="ImagePlace"/>.</param>
    /// <param name="system">What the system turn says; the format's default if not given.</param>
    public string Prompt(string text, int imageCount, string? system = default)
    {
        ChatTurn question = new("user", text, imageCount);
        return Prompt(system is null ? [question] : [new ChatTurn("system", system), question]);
    }

    /// <summary>A conversation, ready for the model to take the next turn.</summary>
    /// <param name="turns">At least one.</param>
    public abstract string Prompt(IReadOnlyList<ChatTurn> turns);

    /// <summary>A conversation with nothing behind its last turn.</summary>
    /// <param name="turns">As above.</param>
    public abstract string Turns(IReadOnlyList<ChatTurn> turns);

    /// <summary>A conversation whose last turn is not over, for the model to go on with it.</summary>
    /// <param name="turns">As above.</param>
    public abstract string Continuation(IReadOnlyList<ChatTurn> turns);

    /// <summary>
    /// Continues a prompt by a finished assistant turn and opens another: the form in which the released code asks for a
    /// continuation.
    /// </summary>
    /// <param name="prompt">Ends in an opened assistant turn.</param>
    /// <param name="answer">What the assistant is to have said.</param>
    /// <param name="request">A user turn between the two; none if not given.</param>
    public abstract string NewTurn(string prompt, string answer, string? request = null);

    /// <summary>The turns of a rendered conversation; null where the text is none.</summary>
    /// <param name="text">May end inside a turn.</param>
    public abstract IReadOnlyList<ChatTurn>? Parse(string text);
}
