using System.Globalization;
using System.Text.Json;
using Retrace.Evaluation.GuardCalibrations;
using Retrace.Files;

namespace Retrace.Cli.Commands;

/// <summary>Shows how early the guard sees runs fall, and how often it alarms for nothing.</summary>
internal static class GuardCalibrationTable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private static readonly string[] Heading =
    [
        "run", "method", "seed", "steps", "best at", "fallen at", "drifting from", "steps before", "collapsing from",
        "steps before", "false alarms",
    ];

    /// <param name="output">A JSON file to write as well; null: none.</param>
    public static void Show(GuardCalibration calibration, string? output)
    {
        TextTable.Write(Console.Out, Heading, calibration.Runs.Select(Row));
        Console.WriteLine();
        foreach (string sentence in (string[])
            [
                .. Sentences("drifting or worse", calibration.Drifting, calibration.Fall),
                .. Sentences("collapsing", calibration.Collapsing, calibration.Fall),
            ])
        {
            Console.WriteLine(sentence);
        }
        if (output is not null)
        {
            AtomicFile.Write(output, stream => JsonSerializer.Serialize(stream, calibration, Json));
        }
    }

    private static string[] Row(GuardedRun run) =>
    [
        run.Run,
        run.Method,
        run.Seed.ToString(CultureInfo.InvariantCulture),
        Number(run.Steps),
        run.Fall is AccuracyFall fall ? Text($"{fall.BestStep} ({100 * fall.Best:0.0} %)") : "–",
        run.Fall is AccuracyFall fallen ? Text($"{fallen.Step} ({100 * fallen.Accuracy:0.0} %)") : "–",
        Number(run.Drifting.Step),
        Number(run.Drifting.Lead),
        Number(run.Collapsing.Step),
        Number(run.Collapsing.Lead),
        Text($"{run.Drifting.FalseAlarms} ({run.Collapsing.FalseAlarms} collapsing)"),
    ];

    private static IEnumerable<string> Sentences(string verdict, AlarmQuality quality, double fall)
    {
        string leads = quality.MedianLead is double median
            ? Text($"; {median:0.#} steps before the evaluation that shows it (median; {quality.Leads[0]} to {quality.Leads[^1]})")
            : "";
        yield return Text($"{verdict}: of {quality.Fallen} runs that fall by {100 * fall:0.##} points or more, {quality.Before} alarm before ")
            + Text($"it shows, {quality.After} after, {quality.Missed} not at all{leads}");
        string share = quality.AlarmedSoundInterval is { } interval
            ? Text($" (95 % interval of the share {100 * interval.Lower:0} to {100 * interval.Upper:0} %)")
            : "";
        string rate = quality.FalseAlarmsPerHundredSteps is double alarms ? Text($", {alarms:0.##} in 100 sound steps") : "";
        yield return Text($"{verdict}: of {quality.Sound} runs that do not fall, {quality.AlarmedSound} alarm{share}; ")
            + Text($"false alarms: {quality.FalseAlarms}{rate}");
    }

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "–";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
