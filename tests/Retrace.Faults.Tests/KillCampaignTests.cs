using System.Diagnostics;
using System.Globalization;

namespace Retrace.Faults.Tests;

/// <summary>
/// Runs that are killed (SIGKILL, which no process can catch) at random moments, several times each, and gone on with after each.
/// </summary>
/// <remarks>
/// How many is told by the variable RETRACE_KILLS. The moments are drawn from a seed; where in the run they fall is up to the
/// machine as well, so no two campaigns are the same.
/// </remarks>
public sealed class KillCampaignTests(UnbrokenRun unbroken) : IDisposable
{
    private const int KillsByDefault = 10; // Two at each kind of moment.
    private const int MostKillsOfARun = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-faults-").FullName;
    private readonly Random _random = new(1888);
    private readonly Dictionary<string, int> _found = [];

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
            TinyRun run = new(Path.Combine(_folder, $"run-{runs}"));
            int most = Math.Min(kills - done, _random.Next(1, MostKillsOfARun + 1));
            done += await KillAsync(run, done, most);
            RetraceProcess last = await run.RunAsync();
            Assert.Equal((0, ""), (last.ExitCode, last.Error));
            run.AssertSameAs(unbroken.Run);
            Directory.Delete(run.Directory, recursive: true);
            string where = string.Join(", ", _found.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"));
            TestContext.Current.SendDiagnosticMessage(
                $"{done} faults tried of {kills}, in {runs + 1} runs ({where}), lost: nothing");
        }
    }

    // Returns how often it was killed: less than asked for where the run was faster.
    private async Task<int> KillAsync(TinyRun run, int first, int most)
    {
        for (int done = 0; done < most; done++)
        {
            KillMoment moment = (KillMoment)((first + done) % Enum.GetValues<KillMoment>().Length);
            int latest = run.LatestCheckpoint;
            int attempts = run.Attempts;
            DateTime unfinished = run.UnfinishedCheckpoint;
            using Process process = run.Start();
            if (!await moment.WaitForAsync(run, process, unbroken, _random))
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
            run.AssertNothingLost(unbroken.Run);
            Assert.True(run.LatestCheckpoint >= latest, "A checkpoint is gone.");
        }
        return most;
    }

    // By what the kill has left, which tells where it struck.
    private void Count(string where) => _found[where] = _found.GetValueOrDefault(where) + 1;
}
