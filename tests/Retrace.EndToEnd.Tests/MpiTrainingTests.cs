using Retrace.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.EndToEnd.Tests;

/// <summary>Training in several processes gives the numbers of one.</summary>
public sealed class MpiTrainingTests : MpiRuns
{
    // Five problems and mini-batches of eight: neither two nor three processes get equal shares. That the same two give the
    // same bits again is for GoldenRunTests.
    [Fact]
    public async Task Two_and_three_processes_give_the_numbers_of_one()
    {
        const int Steps = 2;
        string[] evaluation = ["--set", $"evaluation.data={Problems}", "--set", "evaluation.limit=5"];
        await AloneAsync([.. Arguments("one", Steps), .. evaluation]);
        foreach ((string run, int processes) in new[] { ("two", 2), ("three", 3) })
        {
            RetraceProcess job = await MpiJob.RunAsync(processes, [.. Arguments(run, Steps), .. evaluation]);
            AssertDone(job);
            Assert.Equal(Steps + 1, job.Output.Count(character => character == '\n') - 1); // One process writes.
        }

        foreach (string run in new[] { "two", "three" })
        {
            AssertSameMetrics("one", run);
            Assert.Equal(TextOf("one", "trajectories.jsonl"), TextOf(run, "trajectories.jsonl"));
            Assert.Equal(TextOf("one", "answers.jsonl"), TextOf(run, "answers.jsonl"));
            Assert.Equal(TextOf("one", "evaluation-samples.jsonl"), TextOf(run, "evaluation-samples.jsonl"));
            Assert.InRange(RelativeDifference("one", run, "trainer/optimizer.safetensors", "first."), 0, Tolerance);
            Assert.InRange(RelativeDifference("one", run, "trainer/optimizer.safetensors", "second."), 0, Tolerance);
            Assert.InRange(RelativeDifference("one", run, "model.safetensors", ""), 0, Tolerance);
        }
    }

    // Of four problems, in the order of the batch, one alone has an image: most processes generate and learn without any.
    [Fact]
    public async Task Text_alone_among_problems_with_images_is_trained_as_by_one_process()
    {
        string image = File.ReadLines(Problems).First();
        File.WriteAllLines(Problems,
        [
            image,
            .. Enumerable.Range(0, 3).Select(i => $$"""{"id": "text-{{i}}", "question": "What is {{i}} + 4?", "answer": "{{i + 4}}"}"""),
        ]);
        // With seed 0 a token of the second step lies so near the border of two that rounding decides it.
        string[] settings = ["--set", "data.batch=4", "--set", "learn.mini_batch=4", "--seed", "1"];
        await AssertTrainedAlikeAsync(settings, "model.safetensors");
    }

    [Fact]
    public async Task An_adapter_is_trained_as_by_one_process()
    {
        string[] settings =
            ["--set", "model.lora_rank=4", "--set", "learn.optimizer_offload=true", "--set", "learn.learning_rate=1e-3"];
        await AssertTrainedAlikeAsync(settings, "adapter_model.safetensors");
    }

    // Each process has copies in fp32 of its part alone, and receives the rest of the weights in bf16.
    [Fact]
    public async Task In_bf16_the_weights_are_the_rounded_copies_of_all_processes_and_one_process_goes_on()
    {
        string[] settings = ["--set", "model.dtype=bf16", "--set", "learn.learning_rate=1e-3"];
        await TogetherAsync(2, [.. Arguments("two", 2), .. settings]);
        using (DisposeScope scope = NewDisposeScope())
        using (SafetensorsFile start = SafetensorsFile.Open(Path.Combine(Repository.Model, "model.safetensors")))
        using (SafetensorsFile weights = SafetensorsFile.Open(FileOf("two", 2, "model.safetensors")))
        using (SafetensorsFile state = SafetensorsFile.Open(FileOf("two", 2, "trainer/optimizer.safetensors")))
        {
            string[] names = [.. weights.Entries.Keys.Where(name => state.Entries.ContainsKey($"wide.{name}"))];
            Assert.All(names, name => Assert.Equal(
                state.Load($"wide.{name}").to(ScalarType.BFloat16).bytes.ToArray(), weights.Load(name).bytes.ToArray()));
            Assert.Contains(names, name => !weights.Load(name).bytes.ToArray().AsSpan()
                .SequenceEqual(start.Load(name).to(ScalarType.BFloat16).bytes.ToArray()));
        }
        await AloneAsync([.. Arguments("two", 3), .. settings, "--resume"]);
        Assert.Equal(3, MetricsOf("two").Length);
    }

    // By one process and by three.
    private async Task AssertTrainedAlikeAsync(string[] settings, string weights)
    {
        await AloneAsync([.. Arguments("one", 2), .. settings]);
        await TogetherAsync(3, [.. Arguments("three", 2), .. settings]);

        AssertSameMetrics("one", "three");
        Assert.Equal(TextOf("one", "trajectories.jsonl"), TextOf("three", "trajectories.jsonl"));
        Assert.InRange(RelativeDifference("one", "three", "trainer/optimizer.safetensors", "first."), 0, Tolerance);
        Assert.InRange(RelativeDifference("one", "three", weights, ""), 0, Tolerance);
    }

    // |a − b| / |a| over all tensors whose names begin so, of the latest checkpoint.
    private double RelativeDifference(string expected, string actual, string file, string prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile wanted = SafetensorsFile.Open(FileOf(expected, 2, file));
        using SafetensorsFile got = SafetensorsFile.Open(FileOf(actual, 2, file));
        Assert.Equal(wanted.Entries.Keys, got.Entries.Keys);
        double difference = 0;
        double size = 0;
        foreach (string name in wanted.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Tensor values = wanted.Load(name).to(ScalarType.Float64);
            difference += (got.Load(name).to(ScalarType.Float64) - values).square().sum().item<double>();
            size += values.square().sum().item<double>();
        }
        Assert.True(size > 0);
        return Math.Sqrt(difference / size);
    }
}
