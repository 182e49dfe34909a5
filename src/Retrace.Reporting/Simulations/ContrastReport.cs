using Retrace.Reporting.Content;
using Retrace.Reporting.Html;
using Retrace.Reporting.Plots;
using Retrace.Simulation;

namespace Retrace.Reporting.Simulations;

/// <summary>Contrastive factors by round, for every reward, as a figure and numbers.</summary>
public static class ContrastReport
{
    private const int Colours = 6; // Of the style sheet; further rules get its next dash.
    private const int Dashes = 5;

    /// <summary>Writes contrast.csv, contrast.html and the page's figures as SVG.</summary>
    /// <param name="curves">The curves that the experiment gave.</param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <exception cref="BadInputException">A file cannot be written.</exception>
    public static void Write(IReadOnlyList<ContrastCurve> curves, string directory)
    {
        (string Name, LineFigure Figure)[] figures =
        [
            ("exact", Figure("Exact", curves.Where(curve => !curve.IsSampled))),
            ("sampled", Figure("Sampled", curves.Where(curve => curve.IsSampled))),
        ];
        var page = HtmlPage.Of(
            "Contrastive factors",
            HtmlPage.Section(
                "How fast the first mode gains odds over the rarest answer",
                "In each round of P' ∝ P · exp(r/β); 1 is not at all, and nothing with rewards in [0, 1] exceeds exp(1/β).",
                figures.Select(figure => figure.Figure.Draw(figure.Name).ForPage()),
                "figures"));
        SimulationFiles.Write(
            directory, "contrast", "rule,trajectories,continuations,sampled,round,factor", curves.SelectMany(Rows), page, figures);
    }

    private static LineFigure Figure(string title, IEnumerable<ContrastCurve> curves) => new(
        title,
        "The contrastive factor G of each round.",
        AxisScale.OfSteps(1, curves.Max(curve => curve.Factors.Count)),
        "round",
        MetricUnit.Number,
        [
            .. curves.Select((curve, i) => new NamedLine(
                curve.Group is GroupSize group ? $"{curve.Rule}, n {group.Trajectories}, m {group.Continuations}" : curve.Rule,
                $"c{i % Colours} d{i / Colours % Dashes}",
                [
                    .. curve.Factors.Index().Where(point => point.Item is not null)
                        .Select(point => new PlotPoint(point.Index + 1, point.Item!.Value)),
                ])),
        ]);

    private static IEnumerable<IEnumerable<object>> Rows(ContrastCurve curve) => curve.Factors.Select(
        IEnumerable<object> (factor, round) =>
        [
            $"\"{curve.Rule}\"", curve.Group?.Trajectories ?? (object)"", curve.Group?.Continuations ?? (object)"",
            curve.IsSampled ? 1 : 0, round + 1, factor ?? (object)"",
        ]);
}
