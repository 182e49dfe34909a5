using Retrace.Models;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Tests.DataParallel;
using Retrace.Training.Tests.Evolution;

namespace Retrace.Training.Tests;

/// <summary>
/// Runs of every family, on problems with one image, with none and with several of several shapes.
/// </summary>
public sealed class FamilyRunTests(UntrainedFamilies families) : IClassFixture<UntrainedFamilies>
{
    private const string Adapter = "adapter_model.safetensors";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Families => UntrainedFamilies.All;

    public static MatrixTheoryData<string, bool> FamiliesWithAndWithoutAdapter { get; } =
        new(ModelFamilies.All.Select(family => family.ModelType), [true, false]);

    // An adapter in fp32, which is the checkpoint's own type, and all weights in bf16, of which the optimizer keeps copies in fp32.
    [Theory]
    [MemberData(nameof(FamiliesWithAndWithoutAdapter))]
    public void Half_of_the_steps_a_resume_and_the_other_half_are_the_whole_bit_for_bit(string family, bool adapts)
    {
        using SmallRuns runs = Runs(family);
        string weights = adapts ? Adapter : "model.safetensors";
        string[] settings =
            adapts ? ["model.dtype=auto"] : ["model.dtype=bf16", "model.lora_rank=0", "model.lora_dropout=0"];
        runs.Evolve("whole", settings);
        runs.Evolve("halves", [.. settings, "steps=1"]);
        Assert.Equal(1, runs.Evolve("halves", "steps=2"));
        runs.AssertSame("whole", "halves", 2, weights);
        Assert.Equal(
            adapts,
            File.ReadAllText(Path.Combine(runs.FolderOf("whole"), RunFolder.Log)).Contains(
                "the model is computed in fp32, as its checkpoint says (model.dtype: auto)", StringComparison.Ordinal));
        bool hasExperts = ModelFamilies.LoadConfig(families.FolderOf(family)).Text.Experts is not null;
        Assert.All(RunReader.Read(runs.FolderOf("whole")).Metrics, step =>
            Assert.Equal(hasExperts, step.ExpertEvenness is > 0.1 and <= 1));
        Assert.NotEqual(
            File.ReadAllBytes(Path.Combine(runs.CheckpointOf("whole", 1), weights)),
            File.ReadAllBytes(Path.Combine(runs.CheckpointOf("whole", 2), weights)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Processes_that_divide_the_problems_sample_and_learn_what_one_does(string family)
    {
        using SmallRuns runs = Runs(family);
        // Dropout is that of a process's passes. One step: rounding may decide between two tokens of the next.
        string[] settings = ["steps=1", "model.lora_dropout=0"];
        runs.Evolve("one", settings);
        RunOptions options = runs.Options("two", settings);
        ThreadGroup.Run(processes: 2, Cancellation, process =>
        {
            using EvolutionRun run = EvolutionRun.Open(options with { Processes = process }, Cancellation);
            run.Evolve(Cancellation);
        });

        Assert.Equal(
            File.ReadAllText(Path.Combine(runs.FolderOf("one"), RunFolder.Trajectories)),
            File.ReadAllText(Path.Combine(runs.FolderOf("two"), RunFolder.Trajectories)));
        IReadOnlyList<StepMetrics> expected = RunReader.Read(runs.FolderOf("one")).Metrics;
        IReadOnlyList<StepMetrics> actual = RunReader.Read(runs.FolderOf("two")).Metrics;
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(expected.Zip(actual), pair => Close.Relative(pair.First.GradNorm!.Value, pair.Second.GradNorm!.Value, 1e-4));
        Assert.True(expected.Sum(step => step.GradNorm) > 0);
        StoredMoments.AssertNear(runs.CheckpointOf("one", 1), runs.CheckpointOf("two", 1), 1e-4);
    }

    private SmallRuns Runs(string family) =>
        new(families.FolderOf(family), UntrainedFamilies.Problems, UntrainedFamilies.Settings(family));
}
