using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Origins;

namespace Retrace.Training.Tests.Origins;

public sealed class ResumeCheckTests : IDisposable
{
    private static readonly RunOrigin Began = new()
    {
        Model = Model("/models/m", "ab"),
        Data = new DataOrigin("/data/d.jsonl", 3, new string('c', 64), new string('d', 64)),
        Library = "0.2.0",
        LibTorch = "2.10.0",
        Device = "cpu",
        InstructionSet = "X64: AVX2",
    };

    private readonly TemporaryFolder _run = new();

    public ResumeCheckTests()
    {
        _run.Write(RunFolder.Config, new RunConfiguration().ToYaml());
        RunOriginFile.Write(_run.Path, Began);
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Moved_folders_and_other_threads_are_no_difference()
    {
        RunOrigin given = Began with
        {
            Model = Began.Model with { Path = "/elsewhere/m" },
            Data = Began.Data with { Path = "/elsewhere/d.parquet" },
            Threads = 7,
        };
        ResumedOrigin resumed = Check(given);
        Assert.Empty(resumed.Notices);
        Assert.Empty(resumed.Origin.Changes);
        Assert.Equal("/elsewhere/m", resumed.Origin.Model.Path);
    }

    [Fact]
    public void Each_difference_is_refused_by_name_and_accepted_by_name()
    {
        foreach ((RunAspect aspect, RunOrigin given, string sentence) in Differences())
        {
            string name = RunAspects.NameOf(aspect);
            Assert.Equal(
                $"The run in {_run.Path} began differently: {sentence}; give what it began with, or go on with "
                + $"--allow-changed {name}, with other numbers than those of an unbroken run.",
                Assert.Throws<BadInputException>(() => Check(given)).Message);
            RunAspect[] others = [.. Enum.GetValues<RunAspect>().Except([aspect])];
            Assert.Throws<BadInputException>(() => Check(given, others));

            ResumedOrigin allowed = Check(given, aspect);
            Assert.Equal([$"--allow-changed {name}: {sentence}"], allowed.Notices);
            OriginChange change = Assert.Single(allowed.Origin.Changes);
            Assert.Equal((5, name), (change.AfterStep, change.What));
        }
    }

    [Fact]
    public void Several_differences_are_one_sentence_with_all_their_names()
    {
        RunOrigin given = Began with { Library = "0.3.0", Device = "cuda, NVIDIA H200, CUDA 12.8" };
        string message = Assert.Throws<BadInputException>(() => Check(given)).Message;
        Assert.Contains("this is Retrace 0.3.0, and it was 0.2.0; the device is cuda, ", message);
        Assert.Contains("--allow-changed library,device,", message);
        // What is allowed already is in the list as well: the whole of it has to be given.
        Assert.Contains(
            "--allow-changed library,device,",
            Assert.Throws<BadInputException>(() => Check(given, RunAspect.Library)).Message);
        Assert.Equal(["library", "device"], Check(given, RunAspect.Library, RunAspect.Device).Origin.Changes
            .Select(change => change.What));
    }

    [Fact]
    public void What_was_changed_stays_noted_when_the_run_is_resumed_again()
    {
        RunOrigin given = Began with { Library = "0.3.0" };
        RunOriginFile.Write(_run.Path, Check(given, RunAspect.Library).Origin);
        ResumedOrigin again = Check(given with { Library = "0.4.0" }, RunAspect.Library);
        Assert.Equal(
            [new OriginChange(5, "library", "0.2.0", "0.3.0"), new OriginChange(5, "library", "0.3.0", "0.4.0")],
            again.Origin.Changes);
        Assert.Empty(Check(given).Notices);
    }

    [Fact]
    public void A_setting_that_was_turned_down_is_noted_and_one_that_was_turned_up_is_refused()
    {
        ResumedOrigin lower = Check(Began, new RunConfiguration { Learning = new() { LearningRate = 1e-7 } });
        Assert.Equal([new OriginChange(5, "learn.learning_rate", "1e-06", "1e-07")], lower.Origin.Changes);
        Assert.Equal(["learn.learning_rate is 1e-07 from step 6 on, and was 1e-06"], lower.Notices);
        Assert.Throws<BadInputException>(() =>
            Check(Began, new RunConfiguration { Learning = new() { LearningRate = 1e-5 } }));
    }

    [Fact]
    public void A_device_that_may_change_may_change_in_the_settings_too()
    {
        var moved = new RunConfiguration { Model = new() { Device = "cuda" } };
        Assert.StartsWith(
            "model.device is cuda, and cpu in the run",
            Assert.Throws<BadInputException>(() => Check(Began, moved)).Message);
        Assert.Equal(
            ["device", "model.device"],
            Check(Began with { Device = "cuda, NVIDIA H200" }, moved, RunAspect.Device).Origin.Changes
                .Select(change => change.What));
    }

    [Fact]
    public void Of_a_run_of_an_earlier_version_it_is_said_what_cannot_be_compared()
    {
        File.Delete(_run.Combine(RunFolder.Origin));
        ResumedOrigin resumed = Check(Began);
        Assert.Contains("could not be compared; origin.json keeps them from now on", Assert.Single(resumed.Notices));
        Assert.Equal(Began, resumed.Origin with { Changes = Began.Changes });

        RunOrigin own = Began with { Model = Model(_run.Combine("checkpoints/step-2"), "zz") };
        Assert.Contains(
            "is a checkpoint of the run itself", Assert.Throws<BadInputException>(() => Check(own)).Message);
    }

    [Fact]
    public void The_adapter_of_a_run_of_an_earlier_version_tells_its_model()
    {
        File.Delete(_run.Combine(RunFolder.Origin));
        string model = Path.GetDirectoryName(_run.Write("model/model.safetensors", "weights"))!;
        string checkpoint = Path.GetDirectoryName(_run.Write("checkpoints/step-1/adapter_config.json", $$"""
            {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "base_model_name_or_path": "{{model}}"}
            """))!;
        RunOrigin same = Began with { Model = OriginMeasurement.ModelAt(model) };
        Assert.Single(Check(same, checkpoint).Notices);
        Assert.Contains(
            $"is not that of {model}: it has another model.safetensors",
            Assert.Throws<BadInputException>(() => Check(Began, checkpoint)).Message);
    }

    private static IEnumerable<(RunAspect, RunOrigin, string)> Differences()
    {
        yield return (
            RunAspect.Model,
            Began with { Model = Model("/models/other", "xy") },
            "the model in /models/other is not that of /models/m: it has another model.safetensors");
        yield return (
            RunAspect.Model,
            Began with { Model = Model("/models/m", "xy") },
            "the model in /models/m has changed since: it has another model.safetensors");
        yield return (
            RunAspect.Model,
            Began with { Model = new ModelOrigin("/models/m", new Dictionary<string, string> { ["config.json"] = "1" }) },
            "the model in /models/m has changed since: it has no model.safetensors");
        yield return (
            RunAspect.Data,
            Began with { Data = new DataOrigin("/data/e.jsonl", 2, new string('e', 64), new string('f', 64)) },
            "/data/e.jsonl holds 2 problems, and 3 were in /data/d.jsonl");
        yield return (
            RunAspect.Data,
            Began with { Data = Began.Data with { Content = new string('e', 64), Order = new string('f', 64) } },
            "/data/d.jsonl holds other problems, images or labels than before");
        yield return (
            RunAspect.Data,
            Began with { Data = Began.Data with { Order = new string('f', 64) } },
            "/data/d.jsonl holds the problems in another order than before");
        yield return (
            RunAspect.Library, Began with { Library = "0.3.0" }, "this is Retrace 0.3.0, and it was 0.2.0");
        yield return (
            RunAspect.LibTorch, Began with { LibTorch = null }, "this is libtorch unknown, and it was 2.10.0");
        yield return (RunAspect.Device, Began with { Device = "cuda" }, "the device is cuda, and it was cpu");
        yield return (
            RunAspect.InstructionSet,
            Began with { InstructionSet = "Arm64: NEON" },
            "the instruction set is Arm64: NEON, and it was X64: AVX2");
    }

    private static ModelOrigin Model(string path, string weights) =>
        new(path, new Dictionary<string, string> { ["config.json"] = "1", ["model.safetensors"] = weights });

    private ResumedOrigin Check(RunOrigin given, params RunAspect[] allowed) =>
        Check(given, new RunConfiguration(), allowed);

    private ResumedOrigin Check(RunOrigin given, RunConfiguration configuration, params RunAspect[] allowed) =>
        new ResumeCheck(_run.Path, configuration, allowed.ToHashSet()).Check(given, stepsTaken: 5, latestCheckpoint: null);

    private ResumedOrigin Check(RunOrigin given, string checkpoint) =>
        new ResumeCheck(_run.Path, new RunConfiguration(), new HashSet<RunAspect>()).Check(given, 1, checkpoint);
}
