using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>The bars of the runs that go on, below one another in the terminal.</summary>
/// <remarks>
/// The terminal's library paints for as long as a function of its own runs, which here waits on another thread for the
/// last of them to end. It paints one thing at a time, so that runs which go on at once need one of these together. Calls
/// come one at a time.
/// </remarks>
internal sealed class RunBars
{
    private readonly TimeLeftColumn _timeLeft = new();
    private int _going;
    private Painting? _painting;

    /// <summary>Shows a run that begins.</summary>
    public ProgressTask Begin(RunStart run)
    {
        _painting ??= Paint();
        _going++;
        ProgressTask bar = _painting.Context.AddTask(Markup.Escape(run.Name), maxValue: run.Steps);
        bar.Value = run.StepsTaken;
        _timeLeft.Begin(bar);
        return bar;
    }

    /// <summary>Shows a run no more that has ended while others go on. The last one's bar stays on the screen.</summary>
    public void End(ProgressTask bar)
    {
        _going--;
        if (_going > 0)
        {
            _painting!.Context.RemoveTask(bar);
            return;
        }
        _painting!.Ended.SetResult();
        _painting.Task.GetAwaiter().GetResult();
        _painting = null;
    }

    private Painting Paint()
    {
        TaskCompletionSource<ProgressContext> shown = new();
        TaskCompletionSource ended = new();
        Task task = AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                _timeLeft,
                new SpinnerColumn())
            .StartAsync(context =>
            {
                shown.SetResult(context);
                return ended.Task;
            });
        return new Painting(shown.Task.Result, ended, task);
    }

    private sealed record Painting(ProgressContext Context, TaskCompletionSource Ended, Task Task);
}
