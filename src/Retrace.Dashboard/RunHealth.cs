using System.Globalization;
using System.Xml.Linq;
using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>
/// How a run fares, in words: what its guard makes of it, which of the last step's problems teach nothing, and which settings
/// cost time.
/// </summary>
internal static class RunHealth
{
    /// <summary>A paragraph of each; none where nothing was judged, everything teaches and nothing costs.</summary>
    public static IReadOnlyList<XElement> Of(RunRecord run) =>
        run.Metrics is [.., { Step: > 0 } last]
            ? [.. new[] { Guard(run, last), NoSpread(last) }.OfType<XElement>(), .. PersistentHints.Of(run.Metrics).Select(Hint)]
            : [];

    /// <summary>The last verdict as a badge; null where nothing was judged.</summary>
    public static XElement? Badge(RunRecord run) =>
        run.Metrics is [.., { GuardVerdict: GuardVerdict verdict }] ? Badge(verdict) : null;

    private static XElement? Guard(RunRecord run, StepMetrics last)
    {
        if (last.GuardVerdict is not GuardVerdict verdict)
        {
            return null;
        }
        StepMetrics since = run.Metrics.Reverse().TakeWhile(step => step.GuardVerdict == verdict).Last();
        return new XElement(
            "p",
            new XAttribute("data-guard", StepSummary.WordOf(verdict)),
            "guard: ",
            Badge(verdict),
            string.Create(CultureInfo.InvariantCulture, $" since step {since.Step:#,0}"),
            last.GuardReason is string reason ? $": {reason}" : null,
            run.Metrics.LastOrDefault(step => step.GuardReturnedTo is not null) is { GuardReturnedTo: int to } returned
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"; after step {returned.Step:#,0} it went back to the checkpoint of step {to:#,0}")
                : null);
    }

    private static XElement? NoSpread(StepMetrics last) =>
        StepSummary.NoSpread(last).TrimStart() is { Length: > 0 } words
        ? new XElement(
            "p",
            new XAttribute("class", "note"),
            string.Create(CultureInfo.InvariantCulture, $"step {last.Step:#,0}: {words}"))
        : null;

    private static XElement Hint(CostHint hint) =>
        new("p", new XAttribute("class", "note"), new XAttribute("data-hint", hint.Setting), $"hint: {hint.Sentence}");

    private static XElement Badge(GuardVerdict verdict)
    {
        string word = StepSummary.WordOf(verdict);
        return new XElement("span", new XAttribute("class", $"badge {word}"), word);
    }
}
