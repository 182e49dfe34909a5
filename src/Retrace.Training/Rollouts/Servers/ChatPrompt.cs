using Retrace.Models.Text;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>A prompt as chat messages, from which a server's chat template makes the same text again.</summary>
/// <param name="Template">The model's chat template.</param>
/// <param name="Turns">Messages in order; <see cref="ChatTemplate.ImagePlace"/> marks an image in the text.</param>
/// <param name="ContinuesFinal">
/// Whether the last turn is the kept prefix of a response, which the server continues.
/// </param>
internal sealed record ChatPrompt(ChatTemplate Template, IReadOnlyList<ChatTurn> Turns, bool ContinuesFinal)
{
    /// <summary>Reads a rendered prompt; null if no messages render to it.</summary>
    /// <param name="text">A prompt that ends in an open assistant turn.</param>
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
        // Servers look for the last message's trimmed text in the rendered prompt, so it must not be blank.
        bool canBeFound = !prompt.ContinuesFinal || !string.IsNullOrWhiteSpace(open.Text);
        return canBeFound && prompt.Render() == text ? prompt : null;
    }

    /// <summary>Renders the messages as a server does.</summary>
    public string Render() =>
        ContinuesFinal ? Template.Continuation(Turns) : Template.Prompt(Turns);
}
