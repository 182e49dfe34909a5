using Retrace.Configuration;
using Retrace.Rewards;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The methods that a comparison knows by name.</summary>
/// <remarks>A name changes only what it stands for; the rest is the configuration that all methods share.</remarks>
public static class Variants
{
    /// <summary>The methods that are compared by default.</summary>
    public const string Usual = "csrs,majority,majority-budget";

    /// <summary>The method that others are measured against by default.</summary>
    public const string UsualBaseline = "majority";

    /// <summary>The vote of as many samples as <c>csrs</c> takes.</summary>
    internal const string EqualSamples = "majority-samples";

    private const string All = "all";

    private const string Csrs = "method=csrs";
    private const string Survival = "reward.rule=survival";
    private const string GroupMean = "learn.advantage=group-mean";
    private const string BatchStd = "learn.advantage=batch-std";
    private const string Majority = "method=majority";
    private const string BudgetPrefix = "majority-budget-";
    private const string RetracedPrefix = $"{Method.Csrs}-";

    /// <summary>Our own method: an answer has to be seen in the picture and to survive retracing.</summary>
    /// <remarks>
    /// Nothing in it was chosen for a model or a data set: trajectories are cut at five places spread over their length, and
    /// the picture carries anything from no visible noise to much.
    /// </remarks>
    public static Variant GroundedVote { get; } = new(
        "grounded-vote",
        Csrs,
        "reward.rule=grounded-vote",
        "retrace.keep_rates=0.1,0.3,0.5,0.7,0.9",
        "retrace.perturbation_level=80");

    /// <summary>All built-in methods, in the order of a table of all.</summary>
    public static IReadOnlyList<Variant> BuiltIn { get; } =
    [
        new("csrs", Csrs),
        GroundedVote,
        new("csrs-group-mean", Csrs, GroupMean),
        new("csrs-batch-std", Csrs, BatchStd),
        new("csrs-survival", Csrs, Survival),
        new("csrs-survival-group-mean", Csrs, Survival, GroupMean),
        new("csrs-survival-batch-std", Csrs, Survival, BatchStd),
        // Without continuations there is one soft reward left, and no anchors to divide them among.
        new("csrs-no-rrm", Csrs, "reward.rule=sfr", "retrace.samples=0", "retrace.keep_rates=null"),
        new("csrs-no-vsp", Csrs, "retrace.perturbation=none"),
        new("csrs-no-sfr", Csrs, "reward.rule=majority"),
        new("majority", Majority, "rollout.vote_samples=null"),
        new("majority-budget", Majority) { BudgetOf = "csrs" },
        new(EqualSamples, Majority) { BudgetOf = "csrs", BudgetIn = BudgetUnit.Samples },
        new("majority-seconds", Majority) { BudgetOf = "csrs", BudgetIn = BudgetUnit.Seconds },
        new("entropy", "method=entropy"),
        new("self-certainty", "method=self-certainty"),
        new("supervised", "method=supervised"),
        new("random", "method=random"),
    ];

    /// <summary>The methods of a list, followed by the user's own that it does not name.</summary>
    /// <param name="names">Names with commas between them, or <c>all</c>.</param>
    /// <param name="own">The user's variants.</param>
    /// <exception cref="BadInputException">A name is unknown, or stands for two variants.</exception>
    public static IReadOnlyList<Variant> Choose(string names, IReadOnlyList<Variant> own)
    {
        List<Variant> known = [.. BuiltIn];
        foreach (Variant variant in own)
        {
            if (known.Any(other => other.Name == variant.Name))
            {
                throw new BadInputException(
                    $"--variant {variant.Name}: there is a method of that name already; give yours another");
            }
            known.Add(variant);
        }
        IEnumerable<Variant> chosen = names == All
            ? BuiltIn
            : names.Split(',').Select(name => Find(name.Trim(), known));
        return [.. chosen.Concat(own).Distinct()];
    }

    /// <summary>The built-in method of a name.</summary>
    internal static Variant Named(string name) => BuiltIn.Single(variant => variant.Name == name);

    private static Variant Find(string name, IReadOnlyList<Variant> known)
    {
        if ((known.FirstOrDefault(variant => variant.Name == name) ?? Generated(name)) is Variant found)
        {
            return found;
        }
        string nearest = known.MinBy(variant => Spelling.Distance(name, variant.Name))!.Name;
        string names = string.Join(", ", known.Select(variant => variant.Name));
        throw new BadInputException(
            $"--methods: there is no method \"{name}\"; did you mean \"{nearest}\"? There are {names}, {All}, every reward rule "
            + $"that needs no continuations, and {Method.Csrs}-RULE for every other");
    }

    /// <summary>Whether a method of this name, one of the list or a further one, matches what another spends.</summary>
    /// <param name="name">A method's name, which need not be one of the list.</param>
    /// <param name="compared">The methods that are compared.</param>
    internal static bool HasBudget(string name, IEnumerable<Variant> compared) =>
        (compared.Concat(BuiltIn).FirstOrDefault(variant => variant.Name == name) ?? Generated(name))?.BudgetOf is not null;

    private static Variant? Generated(string name) => OfBudget(name) ?? OfRule(name);

    // As many tokens as any method that is compared.
    private static Variant? OfBudget(string name) => name.StartsWith(BudgetPrefix, StringComparison.Ordinal)
        ? new Variant(name, Majority) { BudgetOf = name[BudgetPrefix.Length..] }
        : null;

    // Any rule by its own name, registered ones included, or with retracing, as csrs-chain.
    private static Variant? OfRule(string name)
    {
        if (Method.Names.Contains(name))
        {
            return new Variant(name, $"method={name}");
        }
        string rule = name.StartsWith(RetracedPrefix, StringComparison.Ordinal) ? name[RetracedPrefix.Length..] : "";
        return RewardRules.Names.Contains(rule) ? new Variant(name, Csrs, $"reward.rule={rule}") : null;
    }
}
