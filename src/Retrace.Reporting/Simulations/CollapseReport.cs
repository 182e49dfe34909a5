using System.Globalization;
using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Reporting.Plots;
using Retrace.Simulation;

namespace Retrace.Reporting.Simulations;

/// <summary>The iteration of Propositions 1 and 2 as figures and numbers.</summary>
public static class CollapseReport
{
    private const string Solid = "d0";
    private const string Dotted = "d2";

    /// <summary>Writes collapse.csv, collapse.html and the page's figures as SVG.</summary>
    /// <param name="setting">The setting of the simulation.</param>
    /// <param name="curves">The curves that the simulation gave.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void Write(CollapseSetting setting, IReadOnlyList<CollapseCurve> curves, string directory)
    {
        (ReferencePolicy Reference, (string Name, LineFigure Figure)[] Figures)[] figures =
        [
            .. Enum.GetValues<ReferencePolicy>().Select(reference => (reference, Figures(
                setting, [.. curves.Where(curve => curve.Reference == reference)], reference))),
        ];
        var page = HtmlPage.Of(
            "Collapse of a distribution of answers",
            [
                HtmlPage.Note(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Initial probabilities {string.Join(", ", setting.Initial.Probabilities)}; answer {setting.Right} "
                    + $"is right. β = {setting.Beta}, n = {setting.Group.Trajectories}, "
                    + $"k = {setting.Group.Continuations}; continuations survive with {setting.Reinference.Survival}, "
                    + $"and the perturbation's spread is {setting.Reinference.Spread}. Solid lines are exact, dotted "
                    + $"ones sampled.")),
                .. figures.Select(part => HtmlPage.Section(
                    part.Reference == ReferencePolicy.Previous
                        ? "Reference: the policy of the iteration before"
                        : "Reference: the initial policy",
                    "Every iteration goes to P(a) = P_ref(a) exp(r(a)/β) / Z.",
                    part.Figures.Select(figure => figure.Figure.Draw(figure.Name).ForPage()),
                    "figures")),
            ]);
        SimulationFiles.Write(
            directory,
            "collapse",
            "map,reference,sampled,iteration,entropy,right,tail,contrastive_factor",
            curves.SelectMany(Rows),
            page,
            figures.SelectMany(part => part.Figures));

        IEnumerable<IEnumerable<object>> Rows(CollapseCurve curve) => curve.Policies.Select(
            IEnumerable<object> (policy, t) =>
            [
                $"\"{curve.Map}\"", NameOf(curve.Reference), curve.IsSampled ? 1 : 0, t, policy.Entropy,
                policy[setting.Right], curve.Tail(t),
                t == 0 ? "" : curve.ContrastiveFactor(t, setting.Frequent, setting.Rare) ?? (object)"",
            ]);
    }

    private static (string Name, LineFigure Figure)[] Figures(
        CollapseSetting setting, CollapseCurve[] curves, ReferencePolicy reference)
    {
        AxisScale iterations = AxisScale.OfSteps(0, setting.Iterations);
        string[] maps = [.. curves.Select(curve => curve.Map).Distinct()];
        return
        [
            ($"entropy-{NameOf(reference)}", Figure(
                "Entropy", "In nats; 0 is collapse.", MetricUnit.Nats, (curve, t) => curve.Policies[t].Entropy)),
            ($"right-{NameOf(reference)}", Figure(
                "Right answer",
                "Its probability.",
                MetricUnit.Share,
                (curve, t) => curve.Policies[t][setting.Right])),
            ($"tail-{NameOf(reference)}", Figure(
                "Tail", "The mass outside the first mode.", MetricUnit.Share, (curve, t) => curve.Tail(t))),
        ];

        LineFigure Figure(
            string title, string explanation, MetricUnit unit, Func<CollapseCurve, int, double> value) => new(
            title,
            explanation,
            iterations,
            "iteration",
            unit,
            [
                .. curves.Select(curve => new NamedLine(
                    curve.IsSampled ? $"{curve.Map}, sampled" : curve.Map,
                    $"c{Array.IndexOf(maps, curve.Map)} {(curve.IsSampled ? Dotted : Solid)}",
                    [.. curve.Policies.Select((_, t) => new PlotPoint(t, value(curve, t)))])),
            ]);
    }

    private static string NameOf(ReferencePolicy reference) => reference.ToString().ToLowerInvariant();
}
