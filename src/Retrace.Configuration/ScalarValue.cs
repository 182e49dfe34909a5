namespace Retrace.Configuration;

/// <summary>A value as the user wrote it.</summary>
/// <param name="Key">The full path of the key it was written for, known or not.</param>
/// <param name="Text">The scalar's text, quotes and escapes resolved.</param>
/// <param name="IsNull">Whether it is YAML's null rather than a text.</param>
/// <param name="Place">Where it stands, for messages: a file and line, or the option.</param>
internal sealed record ScalarValue(string Key, string Text, bool IsNull, string Place);
