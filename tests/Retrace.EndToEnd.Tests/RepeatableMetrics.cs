using System.Text.Json.Nodes;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>The lines of a run's metrics.jsonl without what the clock and the machine decide.</summary>
internal static class RepeatableMetrics
{
    public static JsonObject[] Of(string runFolder) =>
    [
        .. File.ReadLines(Path.Combine(runFolder, "metrics.jsonl")).Select(line =>
        {
            JsonObject metrics = JsonNode.Parse(line)!.AsObject();
            Array.ForEach(MeasuredMetrics.Keys, key => Assert.True(metrics.Remove(key)));
            return metrics;
        }),
    ];
}
