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
    // What responses in a file do not hold.
    private const RewardInputs OnlyOfModels = RewardInputs.MeanEntropies | RewardInputs.SelfCertainties;

    private readonly string _name;
    private readonly IRewardRule _rule;
    private readonly IAnswerExtraction _extraction;
    private readonly TrajectoryRewards _rewards;
    private readonly long _seed;

    /// <param name="rule">One of <see cref="RewardRules.Names"/> that needs nothing but responses.</param>
    /// <param name="configuration">Its numbers, the format's weight, the advantages' scale, and the seed.</param>
    /// <exception cref="BadInputException">There is no such rule, or text alone does not decide it.</exception>
    public ResponseRewarding(string rule, RunConfiguration configuration)
    {
        _name = rule;
        _rule = RewardRules.Create(rule, configuration.Reward.ToParameters());
        if ((_rule.Needs & OnlyOfModels) != RewardInputs.None)
        {
            throw new BadInputException(
                $"The reward {rule} is read off the model's next-token distributions, which responses do not hold; "
                + "only retrace evolve has them.");
        }
        _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        _rewards = new TrajectoryRewards(
            _rule, configuration.Reward.FormatWeight, GroupAdvantages.Parse(configuration.Learning.Advantage));
        _seed = configuration.Seed;
    }

    /// <summary>
    /// Writes <c>{"id"?, "answers", "rewards", "advantages"}</c>, of one item for each maternal response, for each line
    /// <c>{"id"?, "maternal", "retraced"?, "anchors"?, "answer"?}</c>, in the lines' order. For the scale of the
    /// advantages, the file is the batch.
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
            [.. lines.Select(line => line.Rewards)], lines.Select(line => line.Group));
        JsonLinesFile.Write(output, lines.Zip(advantages), (writer, line) => Write(writer, line.First, line.Second));
    }

    private RewardedLine Reward(JsonRecord record, int index)
    {
        if (record.Field("maternal") is not JsonElement field || Texts(field) is not { Length: > 0 } maternal)
        {
            throw new BadInputException($"{record.Place}: expected \"maternal\", a list of at least one response");
        }
        string[][] retraced = ForEach(maternal, record, "retraced", "responses", Texts);
        string?[] answers = Array.ConvertAll(maternal, _extraction.Extract);
        AnswerGroup group = GroupOf(record, maternal, answers, retraced, index);
        try
        {
            return new RewardedLine(
                record.Id(),
                answers,
                group,
                _rewards.Of(group, Array.ConvertAll(maternal, ResponseFormat.Matches)));
        }
        catch (ArgumentException lacking)
        {
            throw new BadInputException($"{record.Place}: {lacking.Message}", lacking);
        }
    }

    private AnswerGroup GroupOf(
        JsonRecord record, string[] maternal, string?[] answers, string[][] retraced, int index)
    {
        string? gold = record.Text("answer");
        if (gold is null && _rule.Needs.HasFlag(RewardInputs.Label))
        {
            throw new BadInputException($"{record.Place}: the {_name} reward needs \"answer\", text or a number");
        }
        int[][] anchors = ForEach(answers, record, "anchors", "whole numbers", WholeNumbers);
        return AnswerGroup.Of(
            answers,
            [.. retraced.Select(list => Array.ConvertAll(list, _extraction.Extract))],
            gold,
            _rule.Equivalence) with
        {
            Evidence =
            [
                new AnchorPositions(anchors.Length > 0 ? anchors : [.. retraced.Select(list => new int[list.Length])]),
                new RandomNumbers(RandomStream.For(_seed, Purpose.Reward, index)),
                WordsBeforeAnswers.Of(maternal, _extraction),
            ],
        };
    }

    // [n] lists, or none where the field is missing or empty.
    private static T[][] ForEach<T>(
        string?[] maternal, JsonRecord record, string field, string items, Func<JsonElement, T[]?> read)
    {
        if (record.Field(field) is not JsonElement value)
        {
            return [];
        }
        T[][] lists = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(list => read(list) ?? throw Misshapen())]
            : throw Misshapen();
        return lists.Length == 0 || lists.Length == maternal.Length ? lists : throw Misshapen();

        BadInputException Misshapen() => new(
            $"{record.Place}: \"{field}\" must hold one list of {items} for each of the {maternal.Length} maternal "
            + "responses");
    }

    private static string[]? Texts(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
        && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(JsonRecord.Decoded)]
            : null;

    private static int[]? WholeNumbers(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
        && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _))
            ? [.. list.EnumerateArray().Select(item => item.GetInt32())]
            : null;

    private static void Write(Utf8JsonWriter writer, RewardedLine line, double[] advantages)
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
        WriteNumbers(writer, "rewards", line.Rewards);
        WriteNumbers(writer, "advantages", advantages);
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, double[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (double number in numbers)
        {
            writer.WriteNumberValue(number);
        }
        writer.WriteEndArray();
    }

    private sealed record RewardedLine(JsonElement? Id, string?[] Answers, AnswerGroup Group, double[] Rewards);
}
