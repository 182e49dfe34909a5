using Retrace.Runs;

namespace Retrace.Cli.Progress;

/// <summary>What the user ought to know before a run starts, on standard error.</summary>
internal sealed class RunNotices : IRunObserver
{
    public void Begin(RunStart run)
    {
        using StringWriter notices = new();
        SkippedReport.Write(run.Skipped, notices);
        foreach (string notice in run.Notices)
        {
            notices.WriteLine($"retrace: {notice}");
        }
        if (notices.ToString().TrimEnd() is { Length: > 0 } lines)
        {
            TerminalLines.WriteError(lines);
        }
    }
}
