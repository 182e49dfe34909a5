using Retrace.Configuration;
using Retrace.Runs;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The runs that a comparison consists of: every method with every seed, all else the same.</summary>
public sealed class ComparisonPlan
{
    private readonly IReadOnlyDictionary<string, RunConfiguration> _configurations;

    private ComparisonPlan(
        IReadOnlyList<Variant> methods,
        IReadOnlyList<long> seeds,
        string? baseline,
        RunConfiguration shared,
        IReadOnlyDictionary<string, RunConfiguration> configurations)
    {
        Methods = methods;
        Seeds = seeds;
        Baseline = baseline;
        Shared = shared;
        _configurations = configurations;
    }

    /// <summary>The methods to compare, in the order of the table's rows.</summary>
    public IReadOnlyList<Variant> Methods { get; }

    /// <summary>The seeds that each method is run with, all different.</summary>
    public IReadOnlyList<long> Seeds { get; }

    /// <summary>The method that others are measured against; null for none.</summary>
    public string? Baseline { get; }

    /// <summary>The configuration that every method starts from.</summary>
    public RunConfiguration Shared { get; }

    /// <summary>The methods, those that match another's budget last.</summary>
    public IEnumerable<Variant> InOrderOfRuns => Methods.OrderBy(method => NeededBy(method).Count);

    /// <summary>The configurations of the methods, but for seeds and budgets.</summary>
    internal IReadOnlyCollection<RunConfiguration> Configurations => [.. _configurations.Values];

    /// <summary>Whether a budget is matched in seconds.</summary>
    internal bool ComparesSeconds =>
        Methods.Any(method => method.BudgetOf is not null && method.BudgetIn == BudgetUnit.Seconds);

    /// <summary>Resolves every configuration, so that what is wrong with one is known before the first run.</summary>
    /// <param name="methods">At least one; none twice.</param>
    /// <param name="seeds">At least one.</param>
    /// <param name="baseline">
    /// A method's name; null takes <see cref="Variants.UsualBaseline"/> where that is among them.
    /// </param>
    /// <param name="resolve">
    /// Resolves a configuration from overrides, which take precedence over all other settings.
    /// </param>
    /// <exception cref="BadInputException">
    /// A method cannot be resolved, would not train as long or on the same problems as the others, is missing, or is to
    /// match one that matches another.
    /// </exception>
    public static ComparisonPlan Of(
        IReadOnlyList<Variant> methods,
        IReadOnlyList<long> seeds,
        string? baseline,
        Func<IReadOnlyList<string>, RunConfiguration> resolve)
    {
        string[] names = [.. methods.Select(method => method.Name)];
        if (baseline is not null && !names.Contains(baseline))
        {
            throw new BadInputException(
                $"--baseline is {baseline}, but must be one of the methods compared: {string.Join(", ", names)}");
        }
        foreach (Variant method in methods)
        {
            if (method.BudgetOf is string matched && Variants.HasBudget(matched, methods))
            {
                throw new BadInputException(
                    $"{method.Name} would match {matched}, which matches another method itself; give the budget of one that does not, "
                    + "such as majority-budget-csrs");
            }
            if (NeededBy(method).FirstOrDefault(needed => !names.Contains(needed)) is string missing)
            {
                throw new BadInputException(
                    $"{method.Name} spends as many {method.BudgetIn.ToString().ToLowerInvariant()} as {method.BudgetOf} with the "
                    + $"same seed; add {missing} to --methods");
            }
        }
        RunConfiguration shared = resolve([]);
        return new ComparisonPlan(
            methods,
            seeds,
            baseline ?? (names.Contains(Variants.UsualBaseline) ? Variants.UsualBaseline : null),
            shared,
            methods.ToDictionary(method => method.Name, method => Resolve(method, shared, resolve)));
    }

    /// <summary>The configuration of the run of one method with one seed.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="seed">One of <see cref="Seeds"/>.</param>
    /// <param name="sameSeed">
    /// Earlier runs with this seed, among them those that say what a budget is.
    /// </param>
    public RunConfiguration ConfigurationOf(Variant method, long seed, IEnumerable<Outcome> sameSeed)
    {
        RunConfiguration configuration = _configurations[method.Name] with { Seed = seed };
        if (method.BudgetOf is not string budget)
        {
            return configuration;
        }
        int group = configuration.Rollout.Group;
        int votes = method.BudgetIn switch
        {
            BudgetUnit.Samples => VoteBudget.SamplesOf(_configurations[budget]),
            BudgetUnit.Seconds =>
                VoteBudget.MatchingSeconds(
                    MetricsOf(budget),
                    MetricsOf(Variants.UsualBaseline),
                    MetricsOf(Variants.EqualSamples),
                    group,
                    VoteBudget.SamplesOf(_configurations[budget])),
            _ => VoteBudget.Matching(MetricsOf(budget), group),
        };
        return configuration with { Rollout = configuration.Rollout with { VoteSamples = votes } };

        IReadOnlyList<StepMetrics> MetricsOf(string name) =>
            sameSeed.First(outcome => outcome.Method == name).Metrics;
    }

    /// <summary>The methods whose runs come before that of a method with the same seed, because it matches them.</summary>
    /// <remarks>How long a sample takes is measured on votes of few samples and of many.</remarks>
    internal static IReadOnlyList<string> NeededBy(Variant method) => method.BudgetOf is not string budget ? []
        : method.BudgetIn == BudgetUnit.Seconds ? [budget, Variants.UsualBaseline, Variants.EqualSamples]
        : [budget];

    private static RunConfiguration Resolve(
        Variant method, RunConfiguration shared, Func<IReadOnlyList<string>, RunConfiguration> resolve)
    {
        RunConfiguration resolved;
        try
        {
            resolved = resolve(method.Overrides);
        }
        catch (BadInputException error)
        {
            throw new BadInputException($"method {method.Name}: {error.Message}", error);
        }
        bool isFair = resolved.Seed == shared.Seed
            && resolved.Steps == shared.Steps
            && resolved.Epochs == shared.Epochs
            && resolved.Data == shared.Data;
        return isFair
            ? resolved
            : throw new BadInputException(
                $"method {method.Name} changes seed, steps, epochs or a setting of data, which all methods share; use "
                + "--set for those");
    }
}
