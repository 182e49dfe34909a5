namespace Retrace.Anchors;

/// <summary>The anchor rules by the names that a configuration uses (<c>retrace.anchor</c>).</summary>
public static class AnchorRules
{
    private static readonly NamedChoices<Func<double, IAnchorRule>> Rules = new(
        "anchor rule",
        ("ratio", keepRate => new RatioAnchor(keepRate)),
        ("step", keepRate => new StepAnchor(keepRate)),
        ("entropy", keepRate => new EntropyAnchor(keepRate)),
        ("random", _ => new RandomAnchor()));

    public static IReadOnlyList<string> Names => Rules.Names;

    /// <exception cref="BadInputException">
    /// There is no rule of that name, or the keep rate is not in [0, 1).
    /// </exception>
    public static IAnchorRule Create(string name, double keepRate) => Rules[name](keepRate);
}
