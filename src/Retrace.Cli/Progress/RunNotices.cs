using Retrace.Runs;

namespace Retrace.Cli.Progress;

/// <summary>What the user ought to know before a run starts, on standard error.</summary>
internal sealed class RunNotices : IRunObserver
{
    public void Begin(RunStart run)
    {
        SkippedReport.Write(run.Skipped, Console.Error);
        foreach (string notice in run.Notices)
        {
            Console.Error.WriteLine($"retrace: {notice}");
        }
    }
}
