using Retrace.Reporting;
using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>What every command that evolves shows of a run and writes beside it.</summary>
internal static class TerminalObservers
{
    /// <summary>Observers for one run.</summary>
    public static IReadOnlyList<IRunObserver> ForRun() =>
    [
        new RunNotices(),
        new RunReporter(),
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? new RunBar() : new RunLines(),
    ];
}
