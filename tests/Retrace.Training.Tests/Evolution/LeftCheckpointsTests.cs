using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

/// <summary>What a process leaves that is killed between the new checkpoint's name and the end of the oldest one.</summary>
public sealed class LeftCheckpointsTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_resume_that_has_nothing_left_to_do_removes_them()
    {
        string[] settings = ["steps=1", "checkpoint.keep=1"];
        _runs.Evolve("run", settings);
        foreach (string left in (string[])["step-0", "step-2.unfinished"])
        {
            _runs.Folder.Write(Path.Combine("run", "checkpoints", left, "model.safetensors"), "");
        }
        Assert.Equal(1, _runs.Evolve("run"));
        Assert.Equal(
            [_runs.CheckpointOf("run", 1)],
            Directory.GetDirectories(Path.Combine(_runs.FolderOf("run"), "checkpoints")));
    }

    [Fact]
    public void The_latest_stay_and_the_one_that_is_kept()
    {
        var checkpoints = new RunCheckpoints(_runs.FolderOf("run"), keep: 2);
        checkpoints.RemoveSuperfluous(kept: null); // Before there is any.
        for (int step = 1; step <= 5; step++)
        {
            _runs.Folder.Write(Path.Combine("run", "checkpoints", $"step-{step}", "model.safetensors"), "");
        }
        checkpoints.RemoveSuperfluous(kept: 2);
        Assert.Equal([2, 4, 5], checkpoints.Steps.Order());
        checkpoints.RemoveSuperfluous(kept: null);
        Assert.Equal([4, 5], checkpoints.Steps.Order());
    }
}
