using System.Globalization;
using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>The runs of a demonstration as a table in the terminal, which changes while they go on.</summary>
/// <remarks>
/// The terminal's library paints for as long as a function of its own runs, which here waits on another thread for the
/// demonstration to end. Calls of its rows come one at a time, as a demonstration's do.
/// </remarks>
internal sealed class DemoTable : IDisposable
{
    private const string NotYet = "";
    private const string Waiting = "waiting";

    private readonly Table _table = new Table().Border(TableBorder.Rounded)
        .AddColumn(new TableColumn("").NoWrap())
        .AddColumn("step")
        .AddColumn(new TableColumn("doing").NoWrap())
        .AddColumns("right answers", "entropy", "high confidence", "time left");

    private readonly TaskCompletionSource<LiveDisplayContext> _shown = new();
    private readonly TaskCompletionSource _ended = new();
    private readonly Task _painting;
    private readonly IReadOnlyList<string> _methods;

    /// <param name="methods">The methods in the order of the results.</param>
    public DemoTable(IReadOnlyList<string> methods)
    {
        _methods = methods;
        foreach (string method in methods)
        {
            _table.AddRow(Markup.Escape(method), NotYet, Waiting, NotYet, NotYet, NotYet, NotYet);
        }
        _painting = AnsiConsole.Live(_table).StartAsync(context =>
        {
            _shown.SetResult(context);
            return _ended.Task;
        });
    }

    /// <summary>The observer that keeps a method's row.</summary>
    public IRunObserver RowOf(string method) => new Row(this, _methods.Index().First(pair => pair.Item == method).Index);

    public void Dispose()
    {
        _ended.SetResult();
        _painting.GetAwaiter().GetResult();
    }

    private sealed class Row(DemoTable table, int place) : IRunObserver
    {
        private int _steps;

        public void Begin(RunStart run) => _steps = run.Steps;

        public void BeginStage(int step, string stage) => Show((1, $"{step}/{_steps}"), (2, stage));

        public void CompleteStep(StepMetrics metrics)
        {
            if (metrics.EvalAccuracy is double accuracy)
            {
                Show((3, Percent(accuracy)));
            }
            if (metrics.StepSeconds is double seconds)
            {
                Show(
                    (4, string.Create(CultureInfo.InvariantCulture, $"{metrics.Entropy:0.000}")),
                    (5, metrics.HighConfidenceShare is double share ? Percent(share) : NotYet),
                    (6, StepSummary.Duration(TimeSpan.FromSeconds(seconds * (_steps - metrics.Step)))));
            }
        }

        public void End(Exception? failure) => Show((2, failure is null ? "done" : "stopped"), (6, NotYet));

        private void Show(params (int Column, string Text)[] cells)
        {
            foreach ((int column, string text) in cells)
            {
                table._table.UpdateCell(place, column, Markup.Escape(text));
            }
            table._shown.Task.Result.Refresh();
        }

        private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
    }
}
