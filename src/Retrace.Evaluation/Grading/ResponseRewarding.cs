using System.Text.Json;
using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Data.Json;
using Retrace.Rewards;

namespace Retrace.Evaluation.Grading;

/// <summary>
/// Rewards and advantages of responses that were sampled elsewhere, from file to file: the reward rules for people who
/// train with another stack.
/// </summary>
public sealed class ResponseRewarding
{
    private readonly string _name;
    private readonly IRewardRule _rule;
    private readonly IAnswerExtraction _extraction;
    private readonly TrajectoryRewards _rewards;
    private readonly long _seed;

    /// <param name="rule">One of <see cref="RewardRules.Names"/>.</param>
    /// <param name="configuration">Its numbers, the format's weight, the advantages' scale, and the seed.</param>
    /// <exception cref="BadInputException">There is no such rule, or one of its numbers is out of range.</exception>
    public ResponseRewarding(string rule, RunConfiguration configuration)
    {
        _name = rule;
        _rule = RewardRules.Create(rule, configuration.Reward.ToParameters());
        _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        _rewards = new TrajectoryRewards(
            _rule, configuration.Reward.FormatWeight, GroupAdvantages.Parse(configuration.Learning.Advantage));
        _seed = configuration.Seed;
    }

    /// <summary>
    /// Whether each line also says what its rewards are made of: <c>"formula"</c> and <c>"parts"</c>, objects of a
    /// <c>"name"</c> and <c>"values"</c>, one for each maternal response and null where a part does not apply.
    /// </summary>
    public bool Explains { get; init; }

    /// <summary>
    /// Writes <c>{"id"?, "answers", "rewards", "advantages"}</c>, of one item for each maternal response, for each line
    /// of responses (<see cref="ResponseGroup"/>), in the lines' order. For the scale of the advantages, the file is the
    /// batch.
    /// </summary>
    /// <param name="input">JSON lines.</param>
    /// <param name="output">Written atomically.</param>
    /// <exception cref="BadInputException">A line cannot be used, or one of the files cannot be accessed.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public void RewardFile(string input, string output, CancellationToken cancellation)
    {
        List<RewardedLine> lines = [];
        JsonLinesFile.Read(input, "{\"maternal\": […], \"retraced\": [[…], …]}", record =>
        {
            cancellation.ThrowIfCancellationRequested();
            lines.Add(Reward(record, lines.Count));
        });
        double[][] advantages = _rewards.Advantages(
            [.. lines.Select(line => line.Rewards.Scores)], lines.Select(line => line.Group));
        JsonLinesFile.Write(output, lines.Zip(advantages), (writer, line) => Write(writer, line.First, line.Second));
    }

    private RewardedLine Reward(JsonRecord record, int index)
    {
        var responses = ResponseGroup.Read(record, index, _extraction, _seed);
        if (responses.Lacks(_rule) is string lacking)
        {
            throw new BadInputException($"{record.Place}: the {_name} reward needs {lacking}");
        }
        AnswerGroup group = responses.GroupFor(_rule.Equivalence);
        try
        {
            return new RewardedLine(record.Id(), responses.Answers, group, _rewards.Explain(group, responses.AreFormatted));
        }
        catch (ArgumentException unusable)
        {
            throw new BadInputException($"{record.Place}: {unusable.Message}", unusable);
        }
    }

    private void Write(Utf8JsonWriter writer, RewardedLine line, double[] advantages)
    {
        if (line.Id is JsonElement id)
        {
            writer.WritePropertyName("id");
            id.WriteTo(writer);
        }
        writer.WriteStartArray("answers");
        foreach (string? answer in line.Answers)
        {
            writer.WriteStringValue(answer);
        }
        writer.WriteEndArray();
        WriteNumbers(writer, "rewards", line.Rewards.Scores.Cast<double?>());
        WriteNumbers(writer, "advantages", advantages.Cast<double?>());
        if (Explains)
        {
            WriteParts(writer, line.Rewards);
        }
    }

    private static void WriteParts(Utf8JsonWriter writer, ExplainedScores rewards)
    {
        writer.WriteString("formula", rewards.Formula);
        writer.WriteStartArray("parts");
        foreach (RewardPart part in rewards.Parts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", part.Name);
            WriteNumbers(writer, "values", part.Values);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<double?> numbers)
    {
        writer.WriteStartArray(name);
        foreach (double? number in numbers)
        {
            if (number is double value)
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
        writer.WriteEndArray();
    }

    private sealed record RewardedLine(
        JsonElement? Id, IReadOnlyList<string?> Answers, AnswerGroup Group, ExplainedScores Rewards);
}
