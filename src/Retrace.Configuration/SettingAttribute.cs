namespace Retrace.Configuration;

/// <summary>
/// Explains a key of the configuration and bounds its value. The property's name gives the key (<c>LearningRate</c> is
/// <c>learning_rate</c>) and its initial value the default.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string explanation) : Attribute
{
    /// <summary>One line that explains the key. The bounds are added where it is shown.</summary>
    public string Explanation { get; } = explanation;

    /// <summary>The key, where it is not the property's name.</summary>
    public string? Key { get; init; }

    /// <summary>The texts that are allowed; null where <see cref="NamesOf"/> lists them or any text is.</summary>
    public string[]? OneOf { get; init; }

    /// <summary>
    /// A class whose static property <c>Names</c> holds the only texts allowed, in place of <see cref="OneOf"/>.
    /// </summary>
    public Type? NamesOf { get; init; }

    /// <summary>The texts allowed by <see cref="OneOf"/> or <see cref="NamesOf"/>; null where any text is.</summary>
    public IReadOnlyList<string>? Choices =>
        OneOf ?? (IReadOnlyList<string>?)NamesOf?.GetProperty("Names")!.GetValue(null);

    /// <summary>The only words allowed in a text of one or more words, separated by spaces.</summary>
    public string[]? WordsOf { get; init; }

    public double AtLeast { get; init; } = double.NegativeInfinity;

    public double Above { get; init; } = double.NegativeInfinity;

    public double AtMost { get; init; } = double.PositiveInfinity;

    public double Below { get; init; } = double.PositiveInfinity;
}
