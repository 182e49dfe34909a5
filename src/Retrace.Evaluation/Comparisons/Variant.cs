namespace Retrace.Evaluation.Comparisons;

/// <summary>A method in a comparison: the changes that it makes to the configuration that all methods share.</summary>
/// <param name="Name">Letters, digits, - and _; also its folder's name.</param>
/// <param name="Overrides">Each <c>section.key=value</c>; later ones win.</param>
public sealed record Variant(string Name, params IReadOnlyList<string> Overrides)
{
    /// <summary>The method that this one's votes must spend as much as; null where there is no budget to match.</summary>
    public string? BudgetOf { get; init; }

    /// <summary>What they must spend as much of.</summary>
    public BudgetUnit BudgetIn { get; init; }

    /// <summary>
    /// Reads <c>NAME:key=value,key=value</c>. A part without an equals sign belongs to the value before, whose comma it
    /// follows.
    /// </summary>
    /// <exception cref="BadInputException">It is not of that form.</exception>
    public static Variant Parse(string text)
    {
        int colon = text.IndexOf(':');
        if (colon <= 0 || !text[..colon].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw Malformed(text);
        }
        List<string> overrides = [];
        foreach (string part in text[(colon + 1)..].Split(','))
        {
            if (part.Contains('='))
            {
                overrides.Add(part.TrimStart());
            }
            else if (overrides.Count > 0)
            {
                overrides[^1] += $",{part}";
            }
            else
            {
                throw Malformed(text);
            }
        }
        return new Variant(text[..colon], overrides);
    }

    private static BadInputException Malformed(string text) => new(
        $"--variant {text}: expected NAME:key=value,key=value with a name of letters, digits, - and _, for example "
        + "early:retrace.keep_rate=0.3");
}
