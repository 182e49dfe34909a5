using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary>The lines of a run's metrics.jsonl without what the clock and the machine decide.</summary>
internal static class RepeatableMetrics
{
    private static readonly string[] Measured =
        ["rollout_seconds", "learn_seconds", "step_seconds", "tokens_per_second", "peak_memory_bytes"];

    public static JsonObject[] Of(string runFolder) =>
    [
        .. File.ReadLines(Path.Combine(runFolder, "metrics.jsonl")).Select(line =>
        {
            JsonObject metrics = JsonNode.Parse(line)!.AsObject();
            Array.ForEach(Measured, key => Assert.True(metrics.Remove(key)));
            return metrics;
        }),
    ];
}
