using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Retrace.Runs;

namespace Retrace.Faults.Tests;

/// <summary>A run on a machine whose clock is set while it goes on, which libfaketime pretends.</summary>
public sealed partial class ClockTests(UnbrokenRun unbroken) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_clock_that_jumps_by_years_changes_neither_numbers_nor_durations()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The clock is set for one process by Linux's loader.");
        string? library = FindLibrary();
        Requirement.Check(library is not null, "libfaketime is missing: apt-get install faketime (Debian)");
        string clock = Path.Combine(_folder, "clock");
        const string past = "-4000d", future = "+4000d"; // Eleven years each.
        await SetAsync(past);
        TinyRun run = new(Path.Combine(_folder, "run"));
        var elapsed = Stopwatch.StartNew();
        using Process process = run.Start(
            ("LD_PRELOAD", library!),
            ("FAKETIME_TIMESTAMP_FILE", clock),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1")); // As when somebody sets a clock.

        // Forth and back again and again, so that no single moment has to be met.
        int jumps = 0;
        Assert.True(await TinyRun.UntilAsync(process, () => run.Attempts == 1));
        while (!process.HasExited)
        {
            await SetAsync(jumps++ % 2 == 0 ? future : past);
            int lines = run.WholeLinesOf(RunFolder.Log).Length;
            await TinyRun.UntilAsync(process, () => run.WholeLinesOf(RunFolder.Log).Length > lines);
        }
        RetraceProcess ended = await RetraceProcess.EndOfAsync(process);
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        run.AssertSameAs(unbroken.Run);

        // The clock did jump, and no duration did.
        int[] years = [.. run.WholeLinesOf(RunFolder.Log).Select(line => int.Parse(line[..4]))];
        Assert.True(years.Max() - years.Min() > 20, string.Join(", ", years));
        double[] seconds =
        [
            .. from line in run.WholeLinesOf("metrics.jsonl").Skip(1)
               from key in (string[])["rollout_seconds", "learn_seconds", "step_seconds"]
               select JsonNode.Parse(line)![key]!.GetValue<double>(),
        ];
        Assert.All(seconds, value => Assert.InRange(value, 0, elapsed.Elapsed.TotalSeconds));
        TimeSpan[] left =
        [
            .. ended.Output.Split('\n').Select(line => TimeLeft().Match(line)).Where(match => match.Success)
                .Select(match => TimeSpan.Parse(match.Groups[1].Value)),
        ];
        Assert.Equal(TinyRun.Steps, left.Length);
        Assert.All(left, value => Assert.InRange(value, TimeSpan.Zero, TinyRun.Steps * elapsed.Elapsed));

        Task SetAsync(string offset) =>
            File.WriteAllTextAsync(clock, offset + "\n", TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@" ([0-9:]+) left")]
    private static partial Regex TimeLeft();

    private static string? FindLibrary() => Directory.EnumerateDirectories("/usr/lib", "*-linux-*")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
        .FirstOrDefault(File.Exists);
}
