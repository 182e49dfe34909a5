namespace Retrace.Data;

/// <summary>The answer of a record.</summary>
/// <param name="Text">Text, a number or a truth value, alone or in a list of one; null where there is none.</param>
/// <param name="Unused">Why what is there is no such answer; null where nothing is, or it is one.</param>
internal readonly record struct RecordLabel(string? Text, string? Unused)
{
    public static RecordLabel None => default;

    public static RecordLabel Of(string? text) => new(string.IsNullOrWhiteSpace(text) ? null : text, Unused: null);

    /// <summary>A truth value, the same in every format.</summary>
    public static string Of(bool value) => value ? "true" : "false";

    /// <param name="kind">What is there, such as "a list".</param>
    public static RecordLabel NotUsed(string kind) => new(Text: null, $"its answer is {kind}, not used");
}
