using System.Diagnostics;
using System.Text.Json;
using Retrace.Geometry;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>Evaluations that are kept in a folder.</summary>
public sealed class EvaluationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;
    private readonly string _model;
    private readonly string _problems;

    public EvaluationTests()
    {
        _model = Combine("model");
        UntrainedModel.Write(_model);
        GeometryDataSet.Write(Combine("data"), new(0, 150, 0, 0));
        _problems = Combine("data/train.jsonl");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_killed_evaluation_goes_on_where_it_stopped_and_is_graded_and_compared()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string[] perturbed = ["--samples", "2", "--perturb", "gaussian:20"];
        RetraceProcess unbroken = await EvaluateAsync("whole", perturbed);
        Assert.Equal(0, unbroken.ExitCode);
        Assert.Matches(@"\nperturbed +problems +before +after .*\ngaussian:20 +150 ", unbroken.Output);

        string samples = Combine("killed/samples.jsonl");
        using (Process process = RetraceProcess.Start(Arguments("killed", perturbed)))
        {
            Task drained = Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            while (!process.HasExited && (!File.Exists(samples) || new FileInfo(samples).Length == 0))
            {
                await Task.Delay(5, cancellation);
            }
            process.Kill();
            await process.WaitForExitAsync(cancellation);
            await drained;
        }
        Assert.False(File.Exists(Combine("killed/results.json")), "It was to be killed before its end.");
        int kept = File.ReadLines(samples).Count();
        Assert.InRange(kept, 128, 599);
        await File.AppendAllTextAsync(samples, "{\"problem_id\": \"half", cancellation); // As if killed within a line.

        RetraceProcess resumed = await EvaluateAsync("killed", perturbed);
        Assert.Equal((0, unbroken.Output), (resumed.ExitCode, resumed.Output));
        Assert.Equal(File.ReadAllBytes(Combine("whole/samples.jsonl")), File.ReadAllBytes(samples));
        Assert.Equal(
            File.ReadAllBytes(Combine("whole/results.json")), File.ReadAllBytes(Combine("killed/results.json")));
        Assert.Equal(600, File.ReadLines(samples).Count());
        Assert.Equal(3, Directory.GetFiles(Combine("killed/lm-eval"), "*", SearchOption.AllDirectories).Length);

        RetraceProcess other = await EvaluateAsync("killed", [.. perturbed, "--seed", "1"]);
        Assert.Equal(
            (2, $"retrace: seed is 1, but the evaluation in {Combine("killed")} began with 0; give that, or another "
                + "--output\n"),
            (other.ExitCode, other.Error));

        RetraceProcess regraded = await RetraceInProcess.RunAsync("regrade", Combine("killed"), "--extraction", "lenient");
        Assert.Equal((0, ""), (regraded.ExitCode, regraded.Error));
        Assert.Matches(@"\nall +150 ", regraded.Output);
        using JsonDocument results = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Combine("killed/results.json"), cancellation));
        Assert.Equal("lenient", results.RootElement.GetProperty("extraction").GetString());

        RetraceProcess compared = await RetraceInProcess.RunAsync(
            "compare-evals", Combine("whole"), Combine("killed/results.json"), "--output", Combine("difference.json"));
        Assert.Equal((0, ""), (compared.ExitCode, compared.Error));
        Assert.Matches(@"^ +problems +before +after .*\nall +150 (.|\n)*\np: bootstrap over problems\n$", compared.Output);
        using JsonDocument difference = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Combine("difference.json"), cancellation));
        JsonElement whole = difference.RootElement.GetProperty("whole");
        Assert.Equal(
            results.RootElement.GetProperty("summary").GetProperty("accuracy").GetDouble(),
            whole.GetProperty("after").GetDouble());
    }

    private Task<RetraceProcess> EvaluateAsync(string output, params string[] options) =>
        RetraceProcess.RunAsync(Arguments(output, options));

    private string[] Arguments(string output, string[] options) =>
        ["eval", "--model", _model, "--data", _problems, "--output", Combine(output), .. options];

    private string Combine(string name) => Path.Combine(_folder, name);
}
