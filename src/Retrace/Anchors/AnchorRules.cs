namespace Retrace.Anchors;

/// <summary>The anchor rules by the names that a configuration uses (<c>retrace.anchor</c>).</summary>
public static class AnchorRules
{
    private static readonly NamedChoices<Func<double, IAnchorRule>> Rules = new(
        "anchor rule",
        ("ratio", keepRate => new RatioAnchor(keepRate)),
        ("step", keepRate => new StepAnchor(keepRate)),
        ("entropy", keepRate => new EntropyAnchor(keepRate)),
        ("random", _ => new RandomAnchor()),
        ("padded", keepRate => new PaddedAnchor(keepRate)));

    public static IReadOnlyList<string> Names => Rules.Names;

    /// <summary>Registers a rule of your own under a name, so that configurations can choose it.</summary>
    /// <param name="name">Letters, digits, - and _. Registering it again replaces the rule.</param>
    /// <param name="create">Creates the rule from the keep rate, in [0, 1).</param>
    /// <exception cref="ArgumentException">The name cannot be used, or belongs to a built-in rule.</exception>
    public static void Register(string name, Func<double, IAnchorRule> create) => Rules.Register(name, create);

    /// <exception cref="BadInputException">
    /// There is no rule of that name, or the keep rate is not in [0, 1).
    /// </exception>
    public static IAnchorRule Create(string name, double keepRate) => Rules[name](keepRate);
}
