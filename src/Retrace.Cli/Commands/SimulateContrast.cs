using System.CommandLine;
using System.Globalization;
using System.Text;
using Retrace.Reporting.Simulations;
using Retrace.Simulation;
using static Retrace.Cli.Commands.NumberOption<Retrace.Simulation.CollapseSetting>;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace simulate contrast</c>: the contrastive factor of Propositions 1 and 2, for every reward.</summary>
internal sealed class SimulateContrast(Option<long> seed, Option<string?> output)
{
    /// <summary>The number of rounds unless the user says otherwise.</summary>
    public const int UsualRounds = 10;

    private static readonly int[] Shown = [1, 2, 3, 5, 10, 20, 50];
    private static readonly double[] FrequentShares = [0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95];
    private static readonly double[] RareShares = [0.05, 0.1, 0.2, 0.3, 0.4];

    public Command Create()
    {
        CollapseOptions options = new(Number("--rounds", "How often the policy is replaced.", _ => UsualRounds));
        Command command = new("contrast", "Shows how fast each reward sets a frequent answer apart from a rare one.");
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
        IReadOnlyList<ContrastCurve> curves = ContrastExperiment.Run(setting);
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        string bound = Text(Math.Exp(1 / setting.Beta));
        Console.WriteLine(
            $"G = R' / R, R = P({setting.Frequent}) / P({setting.Rare}); the most there is, e^η = {bound}, "
            + $"with rewards in [0, 1]; the right answer is {setting.Right}");
        int[] shown = [.. Shown.Where(round => round < setting.Iterations), setting.Iterations];
        TextTable.Write(
            Console.Out,
            ["contrastive factor G in round", .. shown.Select(round => round.ToString(CultureInfo.InvariantCulture))],
            curves.Select(string[] (curve) =>
                [NameOf(curve), .. shown.Select(round => Text(curve.Factors[round - 1]))]));
        Console.WriteLine("assumed: responses differ in their answers alone; with the picture blanked all answers are equally "
            + "frequent; the start model is the first policy; a teacher and other words answer as the policy does");
        IReadOnlyList<FrequencyContrast> table = FrequencyContrast.Table(setting, FrequentShares, RareShares);
        Write("softened frequency, G_SR", one => one.Softened);
        Write($"majority of {setting.Group.Total} votes", one => one.Voted);
        Write("majority indicator, G_MV", one => one.Indicated);
        if (parsed.GetValue(output) is string directory)
        {
            ContrastReport.Write(curves, directory);
            Console.WriteLine($"the figures are in {Path.Combine(directory, "contrast.html")}");
        }

        void Write(string title, Func<FrequencyContrast, double> factor)
        {
            Console.WriteLine();
            TextTable.Write(
                Console.Out,
                [$"{title}: P(x₁), by P(x₂)", .. RareShares.Select(Share)],
                FrequentShares.Select(string[] (frequent) =>
                [
                    Share(frequent),
                    .. RareShares.Select(rare =>
                        Text(table.FirstOrDefault(one => one.Frequent == frequent && one.Rare == rare) is { } found
                            ? factor(found)
                            : null)),
                ]));
        }
    }

    private static string NameOf(ContrastCurve curve) => curve.Group is not GroupSize group
        ? $"{curve.Rule}, exact"
        : $"{curve.Rule}, {(curve.IsSampled ? "sampled" : "exact")}, n {group.Trajectories}, m {group.Continuations}";

    private static string Share(double share) => share.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Text(double? factor) => factor?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";
}
