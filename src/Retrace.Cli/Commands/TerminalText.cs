namespace Retrace.Cli.Commands;

/// <summary>Text from files, servers and models, which could otherwise steer the terminal that shows it.</summary>
internal static class TerminalText
{
    /// <summary>The text with U+FFFD for every control character but line breaks and tabs.</summary>
    public static string WithoutControls(string text) => string.Concat(text.Select(character =>
        char.IsControl(character) && character is not ('\n' or '\r' or '\t') ? '\uFFFD' : character));
}
