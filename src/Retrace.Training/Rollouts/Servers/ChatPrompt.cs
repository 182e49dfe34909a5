using Retrace.Models.Text;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>A prompt as chat messages, from which a server's chat template makes the same text again.</summary>
/// <param name="Turns">Images stand as <see cref="ChatTemplate.ImagePlace"/> among the text.</param>
/// <param name="ContinuesFinal">Whether the last turn is the kept prefix of a response, to be gone on with.</param>
internal sealed record ChatPrompt(IReadOnlyList<ChatTurn> Turns, bool ContinuesFinal)
{
    private const string Assistant = "assistant";

    /// <summary>Reads a rendered prompt; null where it is none that messages give.</summary>
    /// <param name="text">Ends in an assistant's turn that is not over.</param>
    public static ChatPrompt? Read(string text)
    {
        string[] parts = text.Split(ChatTemplate.StartOfTurn);
        List<ChatTurn> turns = [];
        foreach (string part in parts[1..])
        {
            int line = part.IndexOf('\n');
            if (line < 0)
            {
                return null;
            }
            int end = part.IndexOf(ChatTemplate.EndOfTurn, StringComparison.Ordinal);
            turns.Add(new ChatTurn(part[..line], part[(line + 1)..Math.Max(line + 1, end < 0 ? part.Length : end)]));
        }
        if (turns is not [.. var finished, { Role: Assistant } open])
        {
            return null;
        }
        ChatPrompt prompt = open.Text.Length == 0 ? new(finished, false) : new(turns, true);
        // Tools look for the last message's text, without the spaces around it, in what their template has rendered.
        bool canBeFound = !prompt.ContinuesFinal || !string.IsNullOrWhiteSpace(open.Text);
        return canBeFound && prompt.Render() == text ? prompt : null;
    }

    /// <summary>The text that a server makes of it.</summary>
    public string Render() =>
        ContinuesFinal ? ChatTemplate.Continuation(Turns) : ChatTemplate.Prompt(Turns);
}
