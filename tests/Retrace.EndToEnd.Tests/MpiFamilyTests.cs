using Retrace.Runs;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>
/// All weights of a small model of every family, trained in two processes that mpirun starts, on problems with one image,
/// with none and with several of several shapes.
/// </summary>
public sealed class MpiFamilyTests(UntrainedFamilies families) : IClassFixture<UntrainedFamilies>, IDisposable
{
    // One update: AdamW's first step makes much of gradients that are nothing but rounding, and a second mini-batch's tokens may
    // go to other experts then.
    private static readonly string[] Settings =
        ["steps=1", "learn.mini_batch=8", "model.lora_rank=0", "model.lora_dropout=0", "learn.kl=0.01"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Families => UntrainedFamilies.All;

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Two_processes_sample_and_learn_what_one_does(string family)
    {
        Assert.SkipUnless(MpiJob.IsPossible, MpiJob.Missing);
        RetraceProcess one = await RetraceInProcess.RunAsync(Arguments(family, "one"));
        Assert.Equal((0, ""), (one.ExitCode, one.Error));
        RetraceProcess two = await MpiJob.RunAsync(2, Arguments(family, "two"));
        Assert.Equal((0, ""), (two.ExitCode, two.Error));

        Assert.Equal(TextOf("one", RunFolder.Trajectories), TextOf("two", RunFolder.Trajectories));
        Assert.Equal(TextOf("one", RunFolder.Answers), TextOf("two", RunFolder.Answers));
        StepMetrics expected = RunReader.Read(_folder.Combine("one")).Metrics[^1];
        StepMetrics actual = RunReader.Read(_folder.Combine("two")).Metrics[^1];
        Close.Relative(expected.GradNorm!.Value, actual.GradNorm!.Value, 1e-4, "the gradient's norm");
        StoredMoments.AssertNear(CheckpointOf("one"), CheckpointOf("two"), 1e-4);
    }

    private string[] Arguments(string family, string run) =>
    [
        "evolve", "--model", families.FolderOf(family),
        "--data", _folder.Write("problems.jsonl", UntrainedFamilies.Problems), "--output", _folder.Combine(run),
        .. UntrainedFamilies.Settings(family).Concat(Settings).SelectMany(setting => new[] { "--set", setting }),
    ];

    private string CheckpointOf(string run) => _folder.Combine(Path.Combine(run, "checkpoints", "step-1"));

    private string TextOf(string run, string file) => File.ReadAllText(_folder.Combine(Path.Combine(run, file)));
}
