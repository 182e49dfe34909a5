using System.Text.Json.Nodes;

namespace Retrace.EndToEnd.Tests;

/// <summary><c>retrace selftest</c> on the CPU of this machine.</summary>
public sealed class SelfTestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_passes_here_and_writes_what_it_found()
    {
        string file = Path.Combine(_folder, "selftest.json");

        RetraceProcess run = await RetraceProcess.RunAsync("selftest", "--quick", "--output", file);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains(" 0 failed, ", run.Output);
        JsonNode report = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.True((bool)report["passed"]!);
        (string Check, string Outcome)[] findings =
            [.. report["findings"]!.AsArray().Select(one => ((string)one!["check"]!, (string)one["outcome"]!))];
        Assert.All(
            (string[])["qwen2_vl/", "qwen2_5_vl/", "qwen3_vl/", "qwen3_vl_moe/"],
            family => Assert.Equal(
                5, findings.Count(one => one.Check.StartsWith(family, StringComparison.Ordinal) && one.Outcome == "PASS")));
        Assert.Contains(findings, one => one.Check == "decoding, batch 1" && one.Outcome == "INFO");
        Assert.Contains(
            findings,
            one => one.Check == "MPI between two processes" && one.Outcome == (MpiJob.IsPossible ? "PASS" : "SKIP"));
        Assert.DoesNotContain("NaN", run.Output);
    }

    [Theory]
    [InlineData("gpu", "retrace: --device is \"gpu\"; it has to be cpu, cuda or cuda:N.")]
    [InlineData("cuda:99", "retrace: model.device is cuda:99, but ")]
    public async Task A_device_that_is_not_there_is_refused(string device, string message)
    {
        RetraceProcess run = await RetraceInProcess.RunAsync("selftest", "--quick", "--device", device);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(message, run.Error);
    }
}
