using Retrace.Models.Checkpoints;
using Retrace.Models.Native;
using Retrace.Runs;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Evolution;

/// <summary>A run in the middle of which memory is exhausted: libtorch is asked for more than any machine has.</summary>
public sealed class ExhaustedMemoryTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("rollout", "rollout.max_batch_sequences than 512 or a smaller rollout.prefill_tokens than 16384")]
    [InlineData("learning", "learn.micro_batch_tokens than 2048")]
    public void It_ends_with_the_setting_to_lower_and_goes_on_from_its_checkpoint(string stage, string setting)
    {
        var failure = Assert.Throws<TrainingFailedException>(() => SmallRuns.Evolve(_runs.Options("run", "steps=2") with
        {
            Observers = [new Greedy(step: 2, stage)],
        }));
        string checkpoint = _runs.CheckpointOf("run", 1);
        Assert.Equal(
            $"The memory of this machine is exhausted (4194304.00 GiB more were asked for) in step 2, {stage}; --resume goes on "
            + $"from the latest checkpoint, {checkpoint}; give it a smaller {setting} by --set.",
            failure.Message);
        Assert.Contains(failure.Message, File.ReadAllText(Path.Combine(_runs.FolderOf("run"), RunFolder.Log)));
        Assert.Null(Checksums.FindDamage(checkpoint));

        Assert.Equal(1, _runs.Evolve("run", "rollout.max_batch_sequences=2", "learn.micro_batch_tokens=256"));
        Assert.Equal(2, _runs.Metrics("run").Length);
    }

    [Fact]
    public void Before_the_first_checkpoint_a_run_begins_anew()
    {
        TrainingFailedException failure = MemoryAdvice.Of(
            new OutOfMemoryException(),
            new MemoryExhaustion(IsOfGpu: true, "2.00 GiB"),
            step: 1,
            "learning",
            latestCheckpoint: null,
            new());
        Assert.Equal(
            "The memory of the GPU is exhausted (2.00 GiB more were asked for) in step 1, learning; there is no checkpoint to go "
            + "on from, so --resume begins anew; give it a smaller learn.micro_batch_tokens than 4096 by --set.",
            failure.Message);
    }

    private sealed class Greedy(int step, string stage) : IRunObserver
    {
        public void Begin(RunStart run)
        {
        }

        public void BeginStage(int begun, string name)
        {
            if ((begun, name) == (step, stage))
            {
                empty(1L << 50, device: CPU).Dispose();
            }
        }

        public void CompleteStep(StepMetrics metrics)
        {
        }

        public void End(Exception? failure)
        {
        }
    }
}
