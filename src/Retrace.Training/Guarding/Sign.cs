using System.Globalization;
using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>A number of a step that tells of collapse without labels, and how far it may go.</summary>
/// <param name="Key">Names it in a checkpoint's state; unique.</param>
/// <param name="Name">What it is, as a sentence's subject.</param>
/// <param name="Read">Its value in a step; null where it was not measured.</param>
/// <param name="Scale">How the value is compared with the start.</param>
/// <param name="Drifting">The distance on that scale from which a run drifts.</param>
/// <param name="Collapsing">The distance from which it collapses.</param>
/// <param name="Format">Writes a value with its unit.</param>
internal sealed record Sign(
    string Key,
    string Name,
    Func<StepMetrics, double?> Read,
    SignScale Scale,
    double Drifting,
    double Collapsing,
    Func<double, string> Format)
{
    private const double MostBounds = 2;

    /// <summary>
    /// The least start from which a loss or a growth is judged: below it, a few samples more or less would be all of
    /// it.
    /// </summary>
    public double LeastStart { get; init; }

    /// <summary>The signs, in the order in which a sentence names them.</summary>
    /// <remarks>
    /// The bounds lie outside what sound runs do. In 40 steps of the embedded model, of methods that gain 7 and 18 points of
    /// accuracy, entropy loses a fifth and confident problems rise from a quarter to not quite half of them
    /// (docs/guard.md); a run that collapses loses nine tenths of what it began with.
    /// </remarks>
    public static IReadOnlyList<Sign> All { get; } =
    [
        new("entropy_lost", "entropy", step => step.Entropy, SignScale.Lost, 0.75, 0.92, Nats) { LeastStart = 0.01 },
        new("entropy_grown", "entropy", step => step.Entropy, SignScale.Grown, 2, 5, Nats) { LeastStart = 0.01 },
        new("different_answers", "further answers to a problem besides the first", step => FurtherAnswers(step),
            SignScale.Lost, 0.7, 0.9, Number) { LeastStart = 0.2 },
        new("undecided", "problems whose top answer has less than 80 % of the samples",
            step => 1 - step.HighConfidenceShare, SignScale.Lost, 0.7, 0.9, Percent) { LeastStart = 0.1 },
        new("teaching", "problems that teach something", step => 1 - step.NoSpreadShare, SignScale.Lost, 0.7, 0.9,
            Percent) { LeastStart = 0.1 },
        new("answered", "responses with an answer", step => step.AnswerRate, SignScale.Lost, 0.25, 0.6, Percent)
        {
            LeastStart = 0.1,
        },
        new("in_form", "responses of the asked form", step => step.FormatRate, SignScale.Lost, 0.4, 0.75, Percent)
        {
            LeastStart = 0.2,
        },
        new("shorter", "length of a response", step => step.ResponseTokensMean, SignScale.Lost, 0.6, 0.85, Tokens)
        {
            LeastStart = 4,
        },
        new("cut_off", "responses cut off at the longest length", step => step.CutOffShare, SignScale.Added, 0.25, 0.5,
            Percent),
        new("repetition", "4-grams of a response that it repeats", step => step.Repetition, SignScale.Added, 0.2, 0.4,
            Percent),
        new("survival", "continuations that come back to their answer", step => step.Survival, SignScale.Lost, 0.5, 0.75,
            Percent) { LeastStart = 0.1 },
        new("perturbed_agreement", "problems answered alike on clean and perturbed images",
            step => step.PerturbedAgreement, SignScale.Lost, 0.5, 0.75, Percent) { LeastStart = 0.1 },
        new("distance", "divergence from the start, per token,", step => step.Kl, SignScale.Plain, 0.5, 1.5, Nats),
    ];

    /// <summary>How far a value is from the start on the sign's scale; null where that cannot be judged.</summary>
    public double? Distance(double now, double start) => Scale switch
    {
        SignScale.Plain => now,
        SignScale.Added => now - start,
        SignScale.Lost => start >= LeastStart && start > 0 ? 1 - (now / start) : null,
        SignScale.Grown => start >= LeastStart && start > 0 ? (now / start) - 1 : null,
        _ => throw new InvalidOperationException($"There is no scale {Scale}."),
    };

    /// <summary>
    /// A value as it is smoothed: an outlier, which estimates of a divergence have, counts as far as twice the bound of
    /// collapse.
    /// </summary>
    public double Capped(double value, double start) => Scale switch
    {
        SignScale.Plain => Math.Min(value, MostBounds * Collapsing),
        SignScale.Grown when start > 0 => Math.Min(value, start * (1 + (MostBounds * Collapsing))),
        _ => value,
    };

    // None where there is no answer at all.
    private static double? FurtherAnswers(StepMetrics step) =>
        step.DistinctAnswers is double different ? Math.Max(0, different - 1) : null;

    private static string Nats(double value) => Text($"{value:0.000} nats");

    private static string Number(double value) => Text($"{value:0.00}");

    private static string Percent(double value) => Text($"{100 * value:0} %");

    private static string Tokens(double value) => Text($"{value:0.0} tokens");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
