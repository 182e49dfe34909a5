using System.CommandLine;
using System.Globalization;
using System.Text;
using Retrace.Reporting.Simulations;
using Retrace.Simulation;
using static Retrace.Cli.Commands.NumberOption<Retrace.Simulation.CollapseSetting>;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace simulate collapse</c>: Propositions 1 and 2, iterated.</summary>
internal sealed class SimulateCollapse(Option<long> seed, Option<string?> output)
{
    private static readonly int[] Shown = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];

    public Command Create()
    {
        CollapseOptions options = new(
            Number("--iterations", "How often the policy is replaced.", usual => usual.Iterations));
        Command command = new("collapse", "Iterates the closed forms of majority voting and of soft frequencies.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            Run(parsed, options.In(parsed));
            return ExitCode.Done;
        });
        return command;
    }

    public void Run(ParseResult parsed, CollapseSetting setting)
    {
        setting = setting with { Seed = parsed.GetValue(seed) };
        IReadOnlyList<CollapseCurve> curves = CollapseExperiment.Run(setting);
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        int[] shown = [.. Shown.Where(t => t < setting.Iterations), setting.Iterations];
        foreach (IGrouping<ReferencePolicy, CollapseCurve> part in curves.GroupBy(curve => curve.Reference))
        {
            Console.WriteLine(part.Key == ReferencePolicy.Previous
                ? "Reference: the policy of the iteration before"
                : "Reference: the initial policy");
            foreach ((string title, Func<CollapseCurve, int, double?> value) in Measures(setting))
            {
                TextTable.Write(
                    Console.Out,
                    [title, .. shown.Select(t => t.ToString(CultureInfo.InvariantCulture))],
                    part.Select(string[] (curve) =>
                    [
                        curve.IsSampled ? $"{curve.Map}, sampled" : curve.Map,
                        .. shown.Select(t => value(curve, t)?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–"),
                    ]));
            }
            Console.WriteLine();
        }
        if (parsed.GetValue(output) is string directory)
        {
            CollapseReport.Write(setting, curves, directory);
            Console.WriteLine($"the figures are in {Path.Combine(directory, "collapse.html")}");
        }
    }

    private static (string Title, Func<CollapseCurve, int, double?> Value)[] Measures(CollapseSetting setting) =>
    [
        ("entropy (nats) after iteration", (curve, t) => curve.Policies[t].Entropy),
        ("probability of the right answer", (curve, t) => curve.Policies[t][setting.Right]),
        ("mass outside the first mode", (curve, t) => curve.Tail(t)),
        ("contrastive factor G of the iteration", (curve, t) =>
            t == 0 ? null : curve.ContrastiveFactor(t, setting.Frequent, setting.Rare)),
    ];
}
