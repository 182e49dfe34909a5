using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>A run over many image files holds the images of a step or two.</summary>
public sealed class ManyImagesTests : IDisposable
{
    private const int Files = 1000;
    private const int Width = 320;
    private const int Height = 240;
    private const int Batch = 4;
    private const int Steps = 100;

    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Memory_stays_flat_over_a_hundred_steps_with_a_thousand_image_files()
    {
        string model = Path.Combine(_folder, "model");
        UntrainedModel.Write(model);
        RetraceProcess run = await RetraceProcess.RunAsync(
            "evolve", "--model", model, "--data", WriteProblems(), "--output", Path.Combine(_folder, "run"),
            "--steps", $"{Steps}", "--set", "threads=1",
            "--set", $"data.batch={Batch}", "--set", "rollout.group=2", "--set", "retrace.samples=1",
            "--set", "rollout.max_response_tokens=2", "--set", $"checkpoint.every={Steps}",
            "--set", "learn.learning_rate=0",
            // What the model computes is not in question here; files are decoded and perturbed in their own size.
            "--set", "model.max_pixels=784");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));

        long[] peaks =
        [
            .. File.ReadLines(Path.Combine(_folder, "run", "metrics.jsonl"))
                .Select(line => JsonNode.Parse(line)!["peak_memory_bytes"]?.GetValue<long>()).OfType<long>(),
        ];
        Assert.Equal(Steps, peaks.Length);
        // Decoded, all files would take 230 MB; those of the last three quarters of the steps, with the perturbed ones, 140 MB.
        Assert.InRange(peaks[^1] - peaks[(Steps / 4) - 1], 0, 100L << 20);
    }

    // Images of one colour each, which compress well; every one another, so that none stands for another.
    private string WriteProblems()
    {
        string images = Directory.CreateDirectory(Path.Combine(_folder, "images")).FullName;
        Parallel.For(0, Files, i =>
        {
            byte[] rgb = new byte[3 * Width * Height];
            for (int place = 0; place < rgb.Length; place += 3)
            {
                (rgb[place], rgb[place + 1], rgb[place + 2]) = ((byte)i, (byte)(i >> 8), (byte)(i % 7));
            }
            File.WriteAllBytes(
                Path.Combine(images, $"{i}.png"), ImageDecoder.EncodePng(new PixelImage(Width, Height, rgb)));
        });
        string problems = Path.Combine(_folder, "problems.jsonl");
        File.WriteAllLines(problems, Enumerable.Range(0, Files).Select(i =>
            JsonSerializer.Serialize(new { id = $"p{i}", question = "Which colour?", image = $"images/{i}.png" })));
        return problems;
    }
}
