using Retrace.Reporting;
using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>The observers of runs that every evolving command uses.</summary>
internal static class TerminalObservers
{
    /// <summary>Creates the observers of one run.</summary>
    public static IReadOnlyList<IRunObserver> ForRun() =>
    [
        new RunNotices(),
        new RunReporter(),
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? new RunBar() : new RunLines(),
    ];
}
