using System.Text.RegularExpressions;

namespace Retrace.EndToEnd.Tests;

/// <summary>That every benchmark of benchmarks/ runs and comes to figures; how good they are is for docs/performance.md.</summary>
public sealed partial class PerformanceBenchmarkTests
{
    [Theory]
    [InlineData("decoding", "bound by bandwidth / step")]
    [InlineData("learning", "learner, a prompt each / bare")]
    [InlineData("experts", "experts / dense, best of each")]
    [InlineData("allocation", "managed bytes a token")]
    [InlineData("scaling", "exponent of time")]
    [InlineData("sharing", "seconds of a step")]
    [InlineData("costs", "step as foretold / step")]
    [InlineData("long", "a step of the last fifth / of the second, seconds")]
    [InlineData("pages", "report, / of a tenth of the steps")]
    [InlineData("startup", "retrace evolve, until the first step is over")]
    [InlineData("neighbours", "beside 1, / what the share of the cores explains")]
    public async Task It_runs_at_its_smallest_size(string name, string figure)
    {
        RetraceProcess run =
            await RetraceProcess.RunBenchmarkAsync(name, "--smallest", "--rounds", "1", "--threads", "1");
        // An evaluation says there how far it is.
        string errors = string.Join('\n', run.Error.Split('\n').Where(line => !line.StartsWith("problems evaluated: ", StringComparison.Ordinal)));
        Assert.Equal((0, ""), (run.ExitCode, errors));
        Assert.Contains(run.Output.Split('\n'), line => line.Contains(figure) && Number().IsMatch(line));
        Assert.DoesNotContain("NaN", run.Output);
    }

    [GeneratedRegex(@"\d\.\d")]
    private static partial Regex Number();
}
