using System.Text.Json.Nodes;

namespace Retrace.SelfTest;

/// <summary>What a self-test found, as a whole.</summary>
/// <param name="Device">The device that was tested, such as cuda:0.</param>
/// <param name="Quick">Whether it was the quick test.</param>
/// <param name="Findings">In the order in which they were found.</param>
public sealed record TestReport(string Device, bool Quick, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether no check failed.</summary>
    public bool Passed => Count(Outcome.Fail) == 0;

    /// <summary>How many checks came out how, in one line.</summary>
    public string Summary =>
        $"{Count(Outcome.Pass)} passed, {Count(Outcome.Fail)} failed, {Count(Outcome.Skip)} skipped";

    /// <summary>The word for an outcome, such as PASS.</summary>
    public static string WordOf(Outcome outcome) => outcome.ToString().ToUpperInvariant();

    /// <summary>The report as JSON.</summary>
    /// <param name="version">That of the program.</param>
    public JsonObject ToJson(string version) => new()
    {
        ["retrace"] = version,
        ["device"] = Device,
        ["quick"] = Quick,
        ["passed"] = Passed,
        ["findings"] = new JsonArray(
        [
            .. Findings.Select(one => new JsonObject
            {
                ["check"] = one.Check,
                ["outcome"] = WordOf(one.Outcome),
                ["figures"] = one.Figures,
                ["seconds"] = Math.Round(one.Seconds, 3),
            }),
        ]),
    };

    private int Count(Outcome outcome) => Findings.Count(one => one.Outcome == outcome);
}
