using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Retrace.Dashboard;

/// <summary>Server-sent events: the parts of a page that have changed.</summary>
internal static class LiveUpdates
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15); // So that both sides notice a broken connection.

    /// <summary>
    /// Events <c>part</c> with <c>{"id", "html"}</c>: all parts first, then each time those that differ from what was
    /// sent. After a part that took long to draw it waits four times as long, so that a page of many long runs leaves
    /// the machine to the runs.
    /// </summary>
    public static async IAsyncEnumerable<SseItem<string>> Of(
        WatchedRuns runs,
        Func<IReadOnlyList<LivePart>> draw,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        Dictionary<string, string> sent = [];
        while (!cancellation.IsCancellationRequested)
        {
            Task change = runs.Change;
            var clock = Stopwatch.StartNew();
            foreach (LivePart part in draw())
            {
                string html = part.Html;
                if (sent.GetValueOrDefault(part.Id) != html)
                {
                    sent[part.Id] = html;
                    yield return new SseItem<string>(JsonSerializer.Serialize(new { id = part.Id, html }), "part");
                }
            }
            await Task.Delay(4 * clock.Elapsed, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (!await IsDone(change, cancellation) && !cancellation.IsCancellationRequested)
            {
                yield return new SseItem<string>("", "beat");
            }
        }
    }

    private static async Task<bool> IsDone(Task change, CancellationToken cancellation)
    {
        try
        {
            await change.WaitAsync(Beat, cancellation);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
