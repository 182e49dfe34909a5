using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Origins;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Runs that go on from every place at which they can, and with other things than they began with.</summary>
[Trait("Time", "long")]
public sealed class ResumedRunTests : IDisposable
{
    private static readonly string[] Lora = ["model.lora_rank=4", "learn.learning_rate=1e-3"];

    private readonly SmallRuns _runs = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    // Six problems, two a step: an epoch ends after step 3, and the run with step 6. Before the first step there is no
    // checkpoint, at the last one nothing is left. One step from each place is enough: it has to leave what the unbroken
    // run goes on with from there.
    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("adapter_model.safetensors", "model.lora_rank=4", "learn.learning_rate=1e-3")]
    public void A_run_goes_on_from_every_step_to_the_numbers_of_an_unbroken_one(string weights, params string[] settings)
    {
        settings = ["epochs=2", $"evaluation.data={_runs.Problems}", "evaluation.every=2", .. settings];
        Assert.Equal(0, _runs.Evolve("whole", settings));
        Assert.Equal(7, _runs.Metrics("whole").Length); // One for the evaluation before training.
        for (int step = 0; step <= 6; step++)
        {
            string copy = $"from-{step}";
            _runs.CopyUpTo("whole", step, copy);
            if (step < 5)
            {
                Assert.Equal(step, _runs.EvolveByOne(copy));
                _runs.AssertSameAt(step + 1, "whole", copy);
                continue;
            }
            Assert.Equal(step, _runs.Evolve(copy));
            _runs.AssertSame("whole", copy, steps: 6, weights);
            string last = File.ReadLines(Path.Combine(_runs.FolderOf(copy), RunFolder.Log)).Last();
            Assert.EndsWith(step == 6 ? "there was nothing left to do" : "  done", last);
        }
    }

    [Fact]
    public void Half_the_steps_and_the_other_half_after_a_resume_are_the_whole()
    {
        _runs.Evolve("whole", [.. Lora, "steps=4"]);
        _runs.Evolve("halves", [.. Lora, "steps=2"]);
        Assert.Equal(2, _runs.Evolve("halves", "steps=4"));
        _runs.AssertSame("whole", "halves", steps: 4, "adapter_model.safetensors");
    }

    [Fact]
    public void Fewer_steps_than_were_taken_are_refused()
    {
        _runs.Evolve("run", "steps=2");
        string message = $"The run in {_runs.FolderOf("run")} has taken 2 steps already, but is to have 1; give at least as "
            + "many, or another --output.";
        Assert.Equal(message, SmallRuns.RefusalOf(_runs.Options("run", "steps=1")));
        Assert.Equal(
            message, Assert.Throws<BadInputException>(() => EvolutionRun.Complete(_runs.Options("run", "steps=1"), Cancellation)).Message);
        Assert.Equal(2, _runs.Metrics("run").Length); // Nothing was cut.
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("adapter_model.safetensors", "model.lora_rank=4", "learn.learning_rate=1e-3")]
    public void Another_model_is_refused_and_a_moved_one_is_not(string weights, params string[] settings)
    {
        _runs.Evolve("run", ["steps=2", .. settings]);
        string exported = _runs.Folder.Combine("exported");
        RunExport.Write(_runs.FolderOf("run"), 2, exported, null, 1_000_000_000);
        string[] before = _runs.Metrics("run");
        RunOptions onItself = Options("run", exported, _runs.Problems);
        Assert.Contains(
            $"the model in {exported} is not that of {Shipped.Model}: it has another model.safetensors",
            SmallRuns.RefusalOf(onItself));
        Assert.Contains(
            "it has another model.safetensors", Assert.Throws<BadInputException>(() => EvolutionRun.Complete(
                Options("run", exported, _runs.Problems, "steps=2"), Cancellation)).Message);
        Assert.Equal(before, _runs.Metrics("run"));

        _runs.CopyUpTo("run", 2, "same");
        string moved = _runs.Folder.Combine("moved");
        Copy(Shipped.Model, moved);
        SmallRuns.Evolve(Options("same", moved, _runs.Problems, "steps=3"));
        Assert.NotEqual(0, RunReader.Read(_runs.FolderOf("same")).Metrics[^1].Kl);
        Assert.True(File.Exists(Path.Combine(_runs.CheckpointOf("same", 3), weights)));

        SmallRuns.Evolve(onItself with { AllowChanged = new HashSet<RunAspect> { RunAspect.Model } });
        OriginChange change = Assert.Single(RunOriginFile.Read(_runs.FolderOf("run"))!.Changes);
        Assert.Equal((2, "model", Shipped.Model, exported), (change.AfterStep, change.What, change.From, change.To));
        Assert.Contains("--allow-changed model: the model in", LogOf("run"));
    }

    [Fact]
    public void The_runs_own_checkpoint_as_the_model_is_refused()
    {
        _runs.Evolve("run", "steps=2");
        Assert.Contains("it has another model.safetensors", SmallRuns.RefusalOf(
            Options("run", _runs.CheckpointOf("run", 2), _runs.Problems)));
        File.Delete(Path.Combine(_runs.FolderOf("run"), RunFolder.Origin)); // As of an earlier version.
        Assert.Contains("is a checkpoint of the run itself", SmallRuns.RefusalOf(
            Options("run", _runs.CheckpointOf("run", 2), _runs.Problems)));
        Assert.Equal(2, _runs.Evolve("run", "steps=3"));
        Assert.Contains("could not be compared", LogOf("run"));
        Assert.NotNull(RunOriginFile.Read(_runs.FolderOf("run")));
    }

    [Fact]
    public void Other_data_are_refused_and_moved_ones_are_not()
    {
        _runs.Evolve("run", "steps=1");
        string[] lines = File.ReadAllLines(_runs.Problems);
        string moved = _runs.Folder.Write("elsewhere/moved.jsonl", string.Join('\n', lines));
        string turned = _runs.Folder.Write("turned.jsonl", string.Join('\n', lines.Reverse()));
        string fewer = _runs.Folder.Write("fewer.jsonl", string.Join('\n', lines.Skip(1)));
        Assert.Contains("in another order", SmallRuns.RefusalOf(Options("run", Shipped.Model, turned)));
        Assert.Contains("holds 5 problems, and 6 were in", SmallRuns.RefusalOf(Options("run", Shipped.Model, fewer)));
        Assert.Contains("in another order", Assert.Throws<BadInputException>(() =>
            EvolutionRun.Complete(Options("run", Shipped.Model, turned, "steps=1"), Cancellation)).Message);
        Assert.Equal(1, SmallRuns.Evolve(Options("run", Shipped.Model, moved, "steps=2")));
        SmallRuns.Evolve(Options("run", Shipped.Model, fewer, "steps=3") with
        {
            AllowChanged = new HashSet<RunAspect> { RunAspect.Data },
        });
        Assert.Equal(2, Assert.Single(RunOriginFile.Read(_runs.FolderOf("run"))!.Changes).AfterStep);
    }

    [Fact]
    public void Versions_and_instruction_set_are_those_of_this_process_and_others_are_refused()
    {
        _runs.Evolve("run", "steps=1");
        RunOrigin began = RunOriginFile.Read(_runs.FolderOf("run"))!;
        Assert.Equal(OriginMeasurement.Library, began.Library);
        Assert.Equal("2.10.0", began.LibTorch);
        Assert.Equal("cpu", began.Device);
        RunOriginFile.Write(
            _runs.FolderOf("run"), began with { Library = "0.1.9", InstructionSet = "X64: AVX2; MKL_CBWR=AVX2" });
        Assert.Contains("--allow-changed library,instruction-set", SmallRuns.RefusalOf(_runs.Options("run", "steps=2")));
        SmallRuns.Evolve(_runs.Options("run", "steps=2") with
        {
            AllowChanged = RunAspects.Parse("--allow-changed", ["versions", "instruction-set"]),
        });
        Assert.Equal(began.Library, RunOriginFile.Read(_runs.FolderOf("run"))!.Library);
    }

    private string LogOf(string run) => File.ReadAllText(Path.Combine(_runs.FolderOf(run), RunFolder.Log));

    private RunOptions Options(string run, string model, string data, params string[] settings)
    {
        RunOptions options = _runs.Options(run, settings is [] ? ["steps=3"] : settings);
        return new RunOptions(model, data, options.RunFolder)
        {
            Configuration = options.Configuration,
            Resume = options.Resume,
        };
    }

    private static void Copy(string folder, string copy)
    {
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
    }
}
