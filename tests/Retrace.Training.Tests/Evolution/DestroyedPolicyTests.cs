using Retrace.Models.Checkpoints;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Numbers that are none end a run before they get into a checkpoint, with advice that works.</summary>
[Trait("Time", "long")]
public sealed class DestroyedPolicyTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    // Whichever number is none first, and in whichever step: who does what the sentence says comes to the end. Where
    // weights are destroyed and their numbers still finite, a second sentence may be needed.
    [Theory]
    [InlineData("learn.learning_rate=1")]
    [InlineData("learn.learning_rate=1e10")]
    [InlineData("learn.learning_rate=1e30")]
    [InlineData("learn.learning_rate=1e10", "checkpoint.every=2")]
    [InlineData("learn.learning_rate=1e10", "learn.mini_batch=64")]
    [InlineData("learn.learning_rate=1e10", "learn.kl=0", "method=random")]
    public void The_advice_works(params string[] destroying)
    {
        List<string> failures = [FailureOf("run", ["steps=3", .. destroying])];
        while (_runs.Metrics("run").Length < 3)
        {
            Assert.InRange(failures.Count, 1, 2);
            try
            {
                _runs.Evolve("run", "learn.learning_rate=1e-6");
            }
            catch (TrainingFailedException error)
            {
                failures.Add(error.Message);
            }
        }
        Assert.All(failures, message => Assert.Contains("; give it a smaller learn.learning_rate than", message));
        Assert.True(File.Exists(Path.Combine(_runs.CheckpointOf("run", 3), "model.safetensors")));
        if (failures[^1].Contains("begins anew"))
        {
            _runs.Evolve("calm", ["steps=3", .. destroying, "learn.learning_rate=1e-6"]);
            _runs.AssertSame("calm", "run", steps: 3);
        }
    }

    [Fact]
    public void Behind_a_checkpoint_the_advice_names_it_and_the_run_goes_on_from_it()
    {
        _runs.Evolve("run", "steps=1", "learn.learning_rate=1e-6", "learn.mini_batch=64");
        string[] first = _runs.Metrics("run");
        // A step that destroys, as the checkpoint's own settings would have made it.
        string config = Path.Combine(_runs.FolderOf("run"), RunFolder.Config);
        File.WriteAllText(config, File.ReadAllText(config).Replace("learning_rate: 1e-06", "learning_rate: 1e30"));
        string message = FailureOf("run", "steps=3");
        string checkpoint = _runs.CheckpointOf("run", 1);
        Assert.Contains($"--resume goes on from the latest checkpoint, {checkpoint}; give it", message);
        Assert.Contains("smaller learn.learning_rate than 1E+30 or a smaller learn.max_grad_norm than", message);
        Assert.Null(Checksums.FindDamage(checkpoint));
        Assert.Equal([checkpoint], WholeCheckpoints("run"));

        Assert.Equal(1, _runs.Evolve("run", "learn.learning_rate=1e-6"));
        Assert.Equal(first, _runs.Metrics("run")[..1]);
        Assert.Equal(3, _runs.Metrics("run").Length);
        Assert.All(RunReader.Read(_runs.FolderOf("run")).Metrics, step => Assert.NotNull(step.Kl));
        Assert.Equal(
            [new OriginChange(1, "learn.learning_rate", "1e+30", "1e-06")],
            RunOriginFile.Read(_runs.FolderOf("run"))!.Changes);
    }

    // Weights that no run writes: sampling from NaN would give the first token of the vocabulary, "!", forever.
    [Fact]
    public void A_checkpoint_whose_logits_are_no_numbers_is_set_aside_and_the_one_before_goes_on()
    {
        _runs.Evolve("whole", "steps=3");
        _runs.CopyUpTo("whole", 2, "run");
        Poison(_runs.CheckpointOf("run", 2));
        string message = FailureOf("run");
        Assert.Equal(
            "The logits that the model generates from are not numbers, in the first step from "
            + $"{_runs.CheckpointOf("run", 2)}, which is therefore kept as {_runs.CheckpointOf("run", 2)}.unusable and not gone "
            + $"on from; --resume goes on from the latest checkpoint, {_runs.CheckpointOf("run", 1)}; give it a smaller "
            + "learn.learning_rate than 0.0001 or a smaller learn.max_grad_norm than 1 by --set.",
            message);
        Assert.Contains(message, File.ReadAllText(Path.Combine(_runs.FolderOf("run"), RunFolder.Log)));
        Assert.Equal(1, _runs.Evolve("run"));
        _runs.AssertSame("whole", "run", steps: 3);
    }

    [Fact]
    public void A_model_whose_own_logits_are_no_numbers_is_named()
    {
        string model = _runs.Folder.Combine("model");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.EnumerateFiles(Shipped.Model))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }
        Poison(model);
        string message = Assert.Throws<TrainingFailedException>(() => SmallRuns.Evolve(
            new RunOptions(model, _runs.Problems, _runs.FolderOf("run")))).Message;
        Assert.Contains("before anything was learned: the model itself computes it; begin a run in another folder", message);
    }

    private static void Poison(string folder)
    {
        string weights = Path.Combine(folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        Array.Fill(bytes, (byte)0xff, bytes.Length / 2, bytes.Length / 2); // NaN in every floating-point format.
        File.WriteAllBytes(weights, bytes);
        if (File.Exists(Path.Combine(folder, Checksums.FileName)))
        {
            Checksums.Write(folder);
        }
    }

    private string[] WholeCheckpoints(string run)
    {
        string folder = Path.Combine(_runs.FolderOf(run), RunFolder.Checkpoints);
        return !Directory.Exists(folder)
            ? []
            : [.. Directory.GetDirectories(folder).Where(checkpoint => !Path.HasExtension(checkpoint))];
    }

    private string FailureOf(string run, params string[] settings) => Assert.Throws<TrainingFailedException>(() =>
        _runs.Evolve(run, settings)).Message;
}
