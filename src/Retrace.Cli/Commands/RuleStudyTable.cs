using System.Globalization;
using System.Text.Json;
using Retrace.Evaluation.RuleStudies;
using Retrace.Files;

namespace Retrace.Cli.Commands;

/// <summary>Shows how reward rules compare on stored samples.</summary>
internal static class RuleStudyTable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private static readonly string[] Heading =
        ["rule", "groups", "no spread %", "within", "over", "pull", "rescued %", "lost %", "most like"];

    /// <param name="output">A JSON file to write as well; null: none.</param>
    public static void Show(RuleStudy study, string? output)
    {
        TextTable.Write(
            Console.Out,
            Heading,
            study.Rules.Index().Where(rule => rule.Item.Groups > 0).OrderByDescending(rule => rule.Item.Pull)
                .Select(rule => (string[])[.. Row(rule.Item), MostLike(study, rule.Index)]));
        foreach (RuleResult rule in study.Rules.Where(rule => rule.Groups == 0))
        {
            Console.WriteLine($"{rule.Rule} is left out: it needs {rule.Lacks}, which these samples do not hold");
        }
        Console.WriteLine(
            "within, over: correlation of reward with being right, within problems and over all responses; pull: mean advantage times being "
            + "right; rescued: where the vote is wrong, how often the top reward goes to a right response; lost: where it is right, how "
            + "often to a wrong one; most like: the rule whose rewards agree best with its own, by mean correlation within "
            + "problems");
        if (output is not null)
        {
            AtomicFile.Write(output, stream => JsonSerializer.Serialize(stream, study, Json));
        }
    }

    private static string[] Row(RuleResult rule) =>
    [
        rule.Rule,
        rule.Groups.ToString(CultureInfo.InvariantCulture),
        Number(100 * rule.WithoutSpread, "0.0"),
        Number(rule.Within, "0.000"),
        Number(rule.Over, "0.000"),
        Number(rule.Pull, "+0.000;-0.000"),
        Number(100 * rule.Rescued, "0.0"),
        Number(100 * rule.Lost, "0.0"),
    ];

    private static string MostLike(RuleStudy study, int rule) => study.Agreement[rule].Zip(study.Rules)
        .Where((one, other) => other != rule && one.First is not null)
        .OrderByDescending(one => one.First)
        .Select(one => $"{one.Second.Rule} {Number(one.First, "0.00")}")
        .FirstOrDefault("–");

    private static string Number(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
