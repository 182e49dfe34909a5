using System.Globalization;
using System.Text;
using Retrace.Reporting;
using Retrace.Reporting.Content;
using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>The last values of all runs in Prometheus' text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(IReadOnlyList<RunSnapshot> runs)
    {
        StringBuilder text = new();
        Append(text, "step", "Steps that the run has taken.", runs, run => run.Record.Metrics is [.., { } last] ? last.Step : 0);
        Append(text, "running", "1 while the run's process is at work.", runs, run => run.State == RunState.Ended ? 0 : 1);
        Append(text, "unreadable_lines", "Lines of its files that are no records.", runs, run => run.UnreadableLines);
        foreach (Metric metric in Metric.All)
        {
            Append(
                text,
                metric.Key,
                $"The last {metric.Key} in metrics.jsonl.",
                runs,
                run => run.Record.Metrics.Reverse().Select(metric.Of).FirstOrDefault(value => value is not null));
        }
        return text.ToString();
    }

    private static void Append(
        StringBuilder text, string name, string help, IReadOnlyList<RunSnapshot> runs, Func<RunSnapshot, double?> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP retrace_{name} {help}\n# TYPE retrace_{name} gauge\n");
        foreach (RunSnapshot run in runs)
        {
            if (value(run) is double number)
            {
                StepMetrics? first = run.Record.Metrics is [StepMetrics step, ..] ? step : null;
                string labels = $"run=\"{Escaped(run.Record.Name)}\",method=\"{Escaped(first?.Method ?? "")}\""
                    + $",seed=\"{first?.Seed}\"";
                text.Append(CultureInfo.InvariantCulture, $"retrace_{name}{{{labels}}} {number}\n");
            }
        }
    }

    private static string Escaped(string label) =>
        label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
