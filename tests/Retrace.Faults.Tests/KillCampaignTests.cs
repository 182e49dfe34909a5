using System.Diagnostics;
using System.Globalization;

namespace Retrace.Faults.Tests;

/// <summary>
/// Runs of all kinds in turns that are killed (SIGKILL, which no process can catch) at random moments, several times each, and
/// gone on with after each.
/// </summary>
/// <remarks>
/// How many is told by the variable RETRACE_KILLS. The moments are drawn from a seed; where in the run they fall is up to the
/// machine as well, so no two campaigns are the same.
/// </remarks>
public sealed class KillCampaignTests(UnbrokenRun unbroken) : IDisposable
{
    private const int KillsByDefault = 10; // Two at each moment.
    private const int KillsOfARun = 4; // One less than there are moments, so that those of a kind's runs are not the same.

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;
    private readonly Random _random = new(1888);
    private readonly Dictionary<string, int> _found = [];
    private readonly Dictionary<RunKind, TimedRun> _unbroken = new() { [RunKind.Retracing] = unbroken.Timed };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_killed_at_random_moments_lose_nothing()
    {
        int kills = Environment.GetEnvironmentVariable("RETRACE_KILLS") is string asked
            ? int.Parse(asked, CultureInfo.InvariantCulture)
            : KillsByDefault;
        int runs = 0;
        for (int done = 0; done < kills; runs++)
        {
            RunKind kind = RunKind.All[runs % RunKind.All.Count];
            TimedRun whole = await UnbrokenAsync(kind);
            TinyRun run = new(Path.Combine(_folder, $"run-{runs}"), kind);
            done += await KillAsync(run, whole, done, Math.Min(kills - done, KillsOfARun));
            RetraceProcess last = await run.RunAsync();
            Assert.Equal((0, ""), (last.ExitCode, last.Error));
            run.AssertSameAs(whole.Run);
            Directory.Delete(run.Directory, recursive: true);
            string where = string.Join(", ", _found.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"));
            TestContext.Current.SendDiagnosticMessage(
                $"{done} faults tried of {kills}, in {runs + 1} runs of {_unbroken.Count} kinds, the last one with {kind.Name} "
                + $"({where}), lost: nothing");
        }
    }

    // Made when the first run of a kind has its turn.
    private async Task<TimedRun> UnbrokenAsync(RunKind kind)
    {
        if (!_unbroken.TryGetValue(kind, out TimedRun? whole))
        {
            whole = await TimedRun.OfAsync(new TinyRun(Path.Combine(_folder, $"unbroken-{_unbroken.Count}"), kind));
            RunKind.AssertLearned(whole.Run);
            _unbroken.Add(kind, whole);
        }
        return whole;
    }

    // Returns how often it was killed: less than asked for where the run was faster.
    private async Task<int> KillAsync(TinyRun run, TimedRun whole, int first, int most)
    {
        for (int done = 0; done < most; done++)
        {
            KillMoment moment = (KillMoment)((first + done) % Enum.GetValues<KillMoment>().Length);
            int latest = run.LatestCheckpoint;
            int attempts = run.Attempts;
            DateTime unfinished = run.UnfinishedCheckpoint;
            using Process process = run.Start();
            if (!await moment.WaitForAsync(run, process, whole, _random))
            {
                Assert.Equal(0, process.ExitCode);
                return done;
            }
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Count(run.Attempts == attempts && moment == KillMoment.Beginning
                    ? "while it was written what the run is started with"
                : run.Attempts == attempts ? "while loading"
                : run.UnfinishedCheckpoint > unfinished ? "while a checkpoint was written or removed"
                : run.Metrics() is [] ? "in the evaluation before training"
                : "in a step or its evaluation");
            run.AssertNothingLost(whole.Run);
            Assert.True(run.LatestCheckpoint >= latest, "A checkpoint is gone.");
        }
        return most;
    }

    // By what the kill has left, which tells where it struck.
    private void Count(string where) => _found[where] = _found.GetValueOrDefault(where) + 1;
}
