using System.Diagnostics;
using Retrace.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Retrace.Cli.Progress;

/// <summary>The time that is left at the pace so far.</summary>
/// <remarks>By a monotonic clock: Spectre's own column goes by the time of day, which can go backwards.</remarks>
/// <param name="begun">The number of items done before this process began.</param>
internal sealed class TimeLeftColumn(double begun) : ProgressColumn
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        double done = task.Value - begun;
        string left = done <= 0 ? "-:--:--" : StepSummary.Duration(_clock.Elapsed * ((task.MaxValue - task.Value) / done));
        return new Text(left, new Style(Color.Blue));
    }
}
