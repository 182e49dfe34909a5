using Retrace.Reporting;
using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>The observers of runs that every evolving command uses.</summary>
internal static class TerminalObservers
{
    /// <summary>Creates the observers of one run.</summary>
    /// <param name="bars">The bars of all runs that go on at once.</param>
    public static IReadOnlyList<IRunObserver> ForRun(RunBars bars) => With(IsTerminal ? new RunBar(bars) : new RunLines());

    /// <summary>Whether standard output is a terminal that can be painted on.</summary>
    public static bool IsTerminal => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    /// <summary>Creates the observers of one run of a demonstration.</summary>
    /// <param name="table">The table of all its runs; null: where there is no terminal.</param>
    /// <param name="method">The run's method.</param>
    public static IReadOnlyList<IRunObserver> ForDemonstration(DemoTable? table, string method) =>
        With(table is null ? new RunLines() : table.RowOf(method));

    private static IReadOnlyList<IRunObserver> With(IRunObserver display) => [new RunNotices(), new RunReporter(), display];
}
