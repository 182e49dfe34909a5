using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Pretraining;

namespace Retrace.EndToEnd.Tests;

/// <summary>What <c>doctor --plan</c> foretells, against what a run takes.</summary>
public sealed partial class MemoryPlanTests : IDisposable
{
    private const long BytesOfCode = 128L << 20; // Where the kernel maps pages alone.
    private const string Dense = "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj";

    private static readonly string[] Settings =
    [
        "--steps", "1", "--set", "data.batch=2", "--set", "rollout.group=4", "--set", "retrace.samples=2",
        "--set", "rollout.max_response_tokens=24", "--set", "learn.mini_batch=8",
        "--set", "threads=1",
    ];

    // One problem with four short responses: some seconds, and in bf16 not minutes where the processor has no products of it.
    private static readonly string[] FewSamples =
    [
        .. Settings, "--set", "data.batch=1", "--set", "rollout.max_response_tokens=16", "--set", "learn.mini_batch=4",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    private string Model => Path.Combine(_folder, "model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("qwen2_5_vl", 256, 6, 4000, "fp32", "0", "true")]
    [InlineData("qwen2_5_vl", 512, 8, 16000, "fp32", "0", "false")]
    [InlineData("qwen2_5_vl", 512, 8, 32000, "fp32", "8", "true")]
    [InlineData("qwen2_vl", 512, 8, 16000, "fp32", "0", "false")]
    [InlineData("qwen3_vl", 512, 8, 16000, "fp32", "0", "false")]
    [InlineData("qwen3_vl_moe", 512, 8, 16000, "fp32", "0", "false")]
    public async Task The_plan_is_near_the_measured_peak(
        string family, int hidden, int layers, int words, string dtype, string rank, string recompute)
    {
        WriteModel(family, hidden, layers, words);
        // The plan counts tensors. What the C library keeps in pieces between them weighs most where an adapter is trained, up
        // to a fifth of so small a run: there, larger tensors are given back one by one.
        (string Name, string? Value)[] environment = rank == "0" ? [] : [("MALLOC_MMAP_THRESHOLD_", "4194304")];
        await CompareAsync(
            environment,
            [
                .. Settings, "--set", $"model.dtype={dtype}", "--set", $"model.lora_rank={rank}",
                "--set", $"model.activation_checkpointing={recompute}",
            ]);
    }

    [Fact]
    public async Task In_bf16_it_is_near_the_measured_peak()
    {
        WriteModel("qwen2_5_vl", hidden: 512, layers: 3, words: 16000);
        await CompareAsync(
            [],
            [
                .. FewSamples, "--set", "model.dtype=bf16", "--set", "model.lora_rank=0",
                "--set", "model.activation_checkpointing=false",
            ]);
    }

    [Theory]
    [InlineData("qwen2_vl", Dense)]
    [InlineData("qwen3_vl", Dense)]
    [InlineData("qwen3_vl_moe", "q_proj k_proj v_proj o_proj experts")]
    public async Task With_an_adapter_it_is_near_the_measured_peak_in_the_other_families_too(string family, string targets)
    {
        WriteModel(family, hidden: 512, layers: 8, words: 48000); // So that the program itself, a constant of the plan, is not half.
        await CompareAsync(
            [],
            [
                .. FewSamples, "--set", "model.dtype=fp32", "--set", "model.lora_rank=8", "--set", $"model.lora_targets={targets}",
                "--set", "model.activation_checkpointing=false",
            ]);
    }

    [Fact]
    public async Task What_cannot_fit_is_refused_with_its_parts_before_anything_is_written()
    {
        string output = Path.Combine(_folder, "run");
        RetraceProcess refused = await RetraceInProcess.RunAsync(
            "evolve", "--model", Repository.Model, "--data", Repository.FewTrainingProblems, "--output", output,
            "--set", "rollout.max_response_tokens=1000000000");
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Matches(
            @"^retrace: The run needs \d+\.\d{3} GiB and this process can have \d+\.\d{3}; .+ would need less\.\n"
            + @"  process +always +0\.\d{3} GiB\n  weights +always +0\.\d{3} GiB\n(.*\n)*"
            + @"  KV cache of prompts, to be filled +\w+ +\d+\.\d{3} GiB\n(.*\n)*  peak: .* GiB\n$",
            refused.Error);
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public async Task A_plan_for_a_device_says_whether_the_run_fits_and_what_it_has_chosen()
    {
        RetraceProcess plan = await RetraceInProcess.RunAsync(
            "doctor", "--plan", "--model", Repository.Model, "--device", "cpu",
            "--set", "learn.micro_batch_tokens=null", "--set", "rollout.max_batch_sequences=null");
        Assert.Equal((0, ""), (plan.ExitCode, plan.Error));
        Assert.Matches(
            @"\nchosen by memory: rollout\.max_batch_sequences=[1-9]\d*, learn\.micro_batch_tokens=[1-9]\d*\n"
            + @"cpu: this process can have \d+\.\d{3} GiB; the run fits, with \d+\.\d{3} GiB left\n$",
            plan.Output);

        RetraceProcess tooLarge = await RetraceInProcess.RunAsync(
            "doctor", "--plan", "--model", Repository.Model, "--device", "cpu",
            "--set", "rollout.max_response_tokens=1000000000");
        Assert.Equal((1, ""), (tooLarge.ExitCode, tooLarge.Error));
        Assert.Contains("the run does not fit, by ", tooLarge.Output);
    }

    [Fact]
    public async Task A_GPU_is_asked_of_the_driver_and_refused_by_name_without_one()
    {
        // Also on a machine with GPUs, the driver then sees none.
        RetraceProcess refused = await RetraceProcess.RunAsync(
            [("CUDA_VISIBLE_DEVICES", "")], ["doctor", "--plan", "--model", Repository.Model, "--device", "cuda:1"]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Matches(@"^retrace: --device is cuda:1, but .*(driver|CUDA_VISIBLE_DEVICES).*; .*\n$", refused.Error);
    }

    // Random weights of sizes between the tiny and the published ones.
    private void WriteModel(string family, int hidden, int layers, int words)
    {
        ModelFamily found = ModelFamilies.All.First(one => one.ModelType == family);
        (_, TextConfig text, VisionConfig vision) = found.Tiny;
        text = text with
        {
            VocabularySize = words,
            HiddenSize = hidden,
            IntermediateSize = 3 * hidden,
            Layers = layers,
            Heads = hidden / 64,
            KeyValueHeads = hidden / 128,
            RopeTheta = 1e6,
            RopeAxes = text.NormsQueriesAndKeys ? Rotary.AxesInTurn(12, 10, 10) : Rotary.AxesInSections(8, 12, 12),
            MaxPositions = 4096,
            Experts = text.Experts is { } experts
                ? experts with { IntermediateSize = hidden, Layers = [.. Enumerable.Range(0, layers)] }
                : null,
        };
        RandomCheckpoint.Write(
            found,
            new ModelSize(
                "small",
                text.NormsQueriesAndKeys ? text with { HeadSize = 64 } : text,
                vision with
                {
                    Depth = 4,
                    HiddenSize = 256,
                    IntermediateSize = family == "qwen2_5_vl" ? 512 : 1024,
                    Heads = 4,
                    OutHiddenSize = hidden,
                }),
            Model,
            seed: 0);
    }

    private async Task CompareAsync((string Name, string? Value)[] environment, string[] settings)
    {
        string[] arguments = ["--model", Model, "--data", Repository.FewTrainingProblems, .. settings];
        RetraceProcess plan = await RetraceInProcess.RunAsync(["doctor", "--plan", .. arguments]);
        Assert.Equal((0, ""), (plan.ExitCode, plan.Error));
        double planned = double.Parse(PeakOfPlan().Match(plan.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        string output = Path.Combine(_folder, "run");
        Process started = RetraceProcess.Start(environment, ["evolve", "--output", output, .. arguments]);
        Task<long> files = BytesOfFilesAsync(started.Id);
        RetraceProcess run = await RetraceProcess.EndOfAsync(started);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string last = File.ReadLines(Path.Combine(output, "metrics.jsonl")).Last();
        long held = JsonNode.Parse(last)!["peak_memory_bytes"]!.GetValue<long>() - await files + BytesOfCode;
        double measured = held / (double)(1 << 30);

        TestContext.Current.SendDiagnosticMessage($"planned {planned:0.000} GiB, measured {measured:0.000}");
        Assert.InRange(planned / measured, 0.85, 1.15);
    }

    // How much of a process's memory is pages of files, last seen before it ended: nearly all of it libraries' code. The kernel
    // maps such a page alone or with up to hundreds around it, as the page cache happens to hold them: 0.13 to 0.25 GiB.
    private static async Task<long> BytesOfFilesAsync(int process)
    {
        long bytes = BytesOfCode;
        while (ReadStatus(process) is string status)
        {
            if (BytesOfFiles().Match(status) is { Success: true } found)
            {
                bytes = 1024 * long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return bytes;
    }

    private static string? ReadStatus(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/status");
        }
        catch (IOException)
        {
            return null; // It has ended, or this is another system.
        }
    }

    [GeneratedRegex(@"RssFile:\s+([0-9]+) kB")]
    private static partial Regex BytesOfFiles();

    [GeneratedRegex(@"peak: .*?([0-9]+\.[0-9]+)")]
    private static partial Regex PeakOfPlan();
}
