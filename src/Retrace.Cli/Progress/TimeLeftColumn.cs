using System.Collections.Concurrent;
using System.Diagnostics;
using Retrace.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Retrace.Cli.Progress;

/// <summary>The time that is left at the pace so far.</summary>
/// <remarks>By a monotonic clock: Spectre's own column goes by the time of day, which can go backwards.</remarks>
internal sealed class TimeLeftColumn : ProgressColumn
{
    private readonly ConcurrentDictionary<int, (Stopwatch Clock, double Done)> _begun = new(); // By the task's number.

    /// <summary>Starts the clock of a task; what was done before does not count towards the pace.</summary>
    public void Begin(ProgressTask task) => _begun[task.Id] = (Stopwatch.StartNew(), task.Value);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        string left = _begun.TryGetValue(task.Id, out (Stopwatch Clock, double Done) begun) && task.Value > begun.Done
            ? StepSummary.Duration(begun.Clock.Elapsed * ((task.MaxValue - task.Value) / (task.Value - begun.Done)))
            : "-:--:--";
        return new Text(left, new Style(Color.Blue));
    }
}
