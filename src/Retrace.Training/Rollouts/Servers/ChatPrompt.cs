using Retrace.Models.Text;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>A prompt as chat messages, from which a server's chat template makes the same text again.</summary>
/// <param name="Template">The model's chat template.</param>
/// <param name="Turns">Images stand as <see cref="ChatTemplate.ImagePlace"/> among the text.</param>
/// <param name="ContinuesFinal">Whether the last turn is the kept prefix of a response, to be gone on with.</param>
internal sealed record ChatPrompt(ChatTemplate Template, IReadOnlyList<ChatTurn> Turns, bool ContinuesFinal)
{
    /// <summary>Reads a rendered prompt; null where it is none that messages give.</summary>
    /// <param name="text">Ends in an assistant's turn that is not over.</param>
    /// <param name="template">The model's chat template.</param>
    public static ChatPrompt? Read(string text, ChatTemplate template)
    {
        if (template.Parse(text) is not { } turns || turns is not [.., { Role: ChatTemplate.Assistant } open])
        {
            return null;
        }
        ChatPrompt prompt = open.Text.Length == 0
            ? new(template, [.. turns.SkipLast(1)], ContinuesFinal: false)
            : new(template, turns, ContinuesFinal: true);
        // Tools look for the last message's text, without the spaces around it, in what their template has rendered.
        bool canBeFound = !prompt.ContinuesFinal || !string.IsNullOrWhiteSpace(open.Text);
        return canBeFound && prompt.Render() == text ? prompt : null;
    }

    /// <summary>The text that a server makes of it.</summary>
    public string Render() =>
        ContinuesFinal ? Template.Continuation(Turns) : Template.Prompt(Turns);
}
