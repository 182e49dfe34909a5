using System.Text.Json.Nodes;
using CsCheck;
using Retrace.Testing;

namespace Retrace.Runs.Tests;

public sealed class RunFollowerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private string Metrics => Path.Combine(_folder, RunFolder.Metrics);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lines_are_seen_once_they_are_whole()
    {
        RunFollower follower = new(_folder, "run");
        Assert.Empty(follower.Snapshot.Record.Metrics);
        File.WriteAllText(Metrics, Line(1) + Line(2)[..20]);
        Assert.True(follower.Refresh());
        Assert.Equal([1], Steps(follower));
        Assert.False(follower.Refresh());
        File.AppendAllText(Metrics, Line(2)[20..]);
        Assert.True(follower.Refresh());
        Assert.Equal([1, 2], Steps(follower));
        Assert.Equal(0, follower.Snapshot.UnreadableLines);
    }

    [Fact]
    public void A_run_that_resumes_is_read_anew()
    {
        using (RunWriter writer = RunWriter.Open(_folder, resumeAfterStep: -1))
        {
            foreach (int step in Enumerable.Range(1, 5))
            {
                writer.Append(Trajectory(step, "first"));
                writer.Append(Step(step, 0.5));
            }
        }
        RunFollower follower = new(_folder, "run");
        Assert.Equal([1, 2, 3, 4, 5], Steps(follower));
        using (RunWriter writer = RunWriter.Open(_folder, resumeAfterStep: 2))
        {
            foreach (int step in Enumerable.Range(3, 6))
            {
                writer.Append(Trajectory(step, "second"));
                writer.Append(Step(step, 0.25));
            }
        }
        follower.Refresh();
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Steps(follower));
        Assert.Equal(
            ["first", "first", "second", "second", "second", "second", "second", "second"],
            follower.Snapshot.Trajectories.Select(place => follower.Read(place)!.ProblemId));
        Assert.Equal([0.5, 0.5, 0.25], follower.Snapshot.Record.Metrics.Take(3).Select(step => step.Entropy));
    }

    [Fact]
    public void What_is_no_record_is_passed_over_and_counted()
    {
        File.WriteAllText(Metrics, Line(1) + "{\"step\":\n" + "null\n" + "{}\n" + "[[[[\n" + Line(1) + Line(2));
        File.WriteAllBytes(
            Path.Combine(_folder, RunFolder.Trajectories), [0xFF, 0xFE, (byte)'\n', .. "{\"step\":1}\n"u8]);
        RunFollower follower = new(_folder, "run");
        Assert.Equal([1, 2], Steps(follower));
        Assert.Equal(6, follower.Snapshot.UnreadableLines);
        Assert.Null(follower.Read(Assert.Single(follower.Snapshot.Trajectories))); // It lacks what a trajectory needs.
    }

    [Fact]
    public void Whatever_happens_to_the_file_the_whole_records_in_it_are_what_is_seen()
    {
        Gen<string> line = Gen.Frequency(
            (5, Gen.Select(Gen.Int[1, 40], Gen.UInt, Line)),
            (1, Gen.String[0, 30].Select(text => text.ReplaceLineEndings(" ").Replace('\n', ' ') + "\n")),
            (1, Gen.Int[1, 40].Select(length => Line(7)[..length])), // Cut off by a kill: no line break.
            (1, Gen.Int[60_000, 140_000].Select(length => $"\"{new string('x', length)}\"\n"))); // Over a chunk's end.
        Gen.Select(line.List[0, 8], Gen.Int[0, 100], Gen.Bool).List[1, 8].Sample(changes =>
        {
            File.Delete(Metrics);
            RunFollower follower = new(_folder, "run");
            foreach ((List<string> added, int kept, bool isCut) in changes)
            {
                if (isCut && File.Exists(Metrics))
                {
                    byte[] bytes = File.ReadAllBytes(Metrics);
                    File.WriteAllBytes(Metrics, bytes[..(int)((long)bytes.Length * kept / 100)]);
                }
                File.AppendAllText(Metrics, string.Concat(added));
                follower.Refresh();
                Assert.Equal(WholeRecords(File.ReadAllText(Metrics)), Steps(follower));
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void A_process_at_work_and_one_that_is_asked_to_stop_are_seen()
    {
        RunFollower follower = new(_folder, "run");
        Assert.Equal(RunState.Ended, follower.Snapshot.State);
        using (RunLock.Take(_folder))
        {
            Assert.Equal(RunState.Running, Refreshed());
            using StopRequest watch = StopRequest.WatchFor(_folder, CancellationToken.None);
            follower.Stop();
            Assert.Equal(RunState.Stopping, Refreshed());
            watch.Token.WaitHandle.WaitOne();
            Assert.True(watch.IsMade);
            Assert.Throws<BadInputException>(() => RunLock.Take(_folder));
        }
        Assert.Equal(RunState.Ended, Refreshed());
        Assert.False(StopRequest.IsMadeIn(_folder));

        RunState Refreshed()
        {
            follower.Refresh();
            return follower.Snapshot.State;
        }
    }

    [Fact]
    public void A_request_from_before_the_run_does_not_stop_it()
    {
        StopRequest.Make(_folder);
        using IDisposable held = RunLock.Take(_folder);
        using StopRequest watch = StopRequest.WatchFor(_folder, CancellationToken.None);
        Assert.False(StopRequest.IsMadeIn(_folder)); // So there is nothing to be seen.
        Assert.False(watch.IsMade);
    }

    [Fact]
    public void A_request_that_is_made_while_the_run_loads_stops_it()
    {
        using IDisposable held = RunLock.Take(_folder);
        StopRequest.Make(_folder);
        using StopRequest watch = StopRequest.WatchFor(_folder, CancellationToken.None);
        watch.Token.WaitHandle.WaitOne();
        Assert.True(watch.IsMade);
    }

    // Computed another way: from the whole text at once.
    private static IEnumerable<int> WholeRecords(string text)
    {
        int last = -1;
        foreach (string line in text.Split('\n')[..^1])
        {
            if (StepOf(line) is int step && step > last)
            {
                last = step;
                yield return step;
            }
        }
    }

    private static int? StepOf(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject record && record["method"] is not null && record["seed"] is not null
                ? (int?)record["step"]
                : null;
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<int> Steps(RunFollower follower) =>
        follower.Snapshot.Record.Metrics.Select(step => step.Step);

    private static string Line(int step) => Line(step, 5);

    // As a run's lines, which tell times, no two are the same.
    private static string Line(int step, uint fraction) =>
        $"{{\"step\":{step},\"method\":\"csrs\",\"seed\":0,\"entropy\":0.{fraction}}}\n";

    private static StepMetrics Step(int step, double entropy) => UntakenStep.Of(step) with { Entropy = entropy };

    private static TrajectorySample Trajectory(int step, string problem) =>
        new() { Step = step, ProblemId = problem, Question = "?", Response = "!" };
}
