using System.Text.Json.Nodes;
using Retrace.SelfTest;

namespace Retrace.Training.Tests.SelfTest;

public sealed class TestReportTests
{
    private static readonly Finding Right = Finding.Within("values", error: 0.1, bound: 0.1) with { Seconds = 1.23456 };
    private static readonly Finding Wrong = Finding.Within("gradients", error: 0.2, bound: 0.1);
    private static readonly Finding NoNumber = Finding.Within("ratio", error: double.NaN, bound: 0.1);
    private static readonly Finding Skipped = new("NCCL between two processes", Outcome.Skip, "there is one device");

    [Fact]
    public void Passing_takes_that_nothing_failed_and_not_that_all_was_tried()
    {
        Assert.True(new TestReport("cuda", Quick: false, [Right, Skipped]).Passed);
        Assert.False(new TestReport("cuda", Quick: false, [Right, Wrong, Skipped]).Passed);
        Assert.False(new TestReport("cuda", Quick: false, [NoNumber]).Passed);
        Assert.Equal(
            "1 passed, 2 failed, 1 skipped",
            new TestReport("cuda", Quick: false, [Right, Wrong, NoNumber, Skipped]).Summary);
    }

    [Fact]
    public void The_file_says_how_each_check_came_out()
    {
        JsonObject json = new TestReport("cuda:0", Quick: true, [Right, Wrong]).ToJson("0.2.0");

        const string Expected = """
            {
              "retrace": "0.2.0", "device": "cuda:0", "quick": true, "passed": false,
              "findings": [
                {"check": "values", "outcome": "PASS", "figures": "off by 1.0e-1, bound 1.0e-1", "seconds": 1.235},
                {"check": "gradients", "outcome": "FAIL", "figures": "off by 2.0e-1, bound 1.0e-1", "seconds": 0}
              ]
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), JsonNode.Parse(json.ToJsonString())), json.ToJsonString());
    }
}
