using System.Text.Json;
using Retrace.Answers;
using Retrace.Data.Json;
using Retrace.Rewards;

namespace Retrace.Evaluation.Grading;

/// <summary>
/// The responses to one problem that were sampled elsewhere: a line <c>{"maternal", "retraced"?, "blind"?, "anchors"?,
/// "answer"?}</c>.
/// </summary>
internal sealed class ResponseGroup
{
    private readonly string?[][] _retraced;
    private readonly string?[]? _blind; // Null where the line says nothing of them.
    private readonly string? _gold;
    private readonly Evidence[] _evidence;

    private ResponseGroup(
        string?[] answers, bool[] areFormatted, string?[][] retraced, string?[]? blind, string? gold, Evidence[] evidence)
    {
        Answers = answers;
        AreFormatted = areFormatted;
        _retraced = retraced;
        _blind = blind;
        _gold = gold;
        _evidence = evidence;
    }

    /// <summary>[n] the maternal responses' answers; null where there is none.</summary>
    public IReadOnlyList<string?> Answers { get; }

    /// <summary>[n] whether each maternal response has the asked form.</summary>
    public IReadOnlyList<bool> AreFormatted { get; }

    /// <param name="index">The line's place, which names its random numbers.</param>
    /// <exception cref="BadInputException">A field of the line is not what it should be.</exception>
    public static ResponseGroup Read(JsonRecord record, int index, IAnswerExtraction extraction, long seed)
    {
        if (record.Field("maternal") is not JsonElement field || Texts(field) is not { Length: > 0 } maternal)
        {
            throw new BadInputException($"{record.Place}: expected \"maternal\", a list of at least one response");
        }
        string[][] retraced = ForEach(maternal, record, "retraced", "responses", Texts);
        int[][] anchors = ForEach(maternal, record, "anchors", "whole numbers", WholeNumbers);
        string[]? blind = record.Field("blind") is not JsonElement list
            ? null
            : Texts(list) ?? throw new BadInputException($"{record.Place}: \"blind\" must be a list of responses");
        return new ResponseGroup(
            Array.ConvertAll(maternal, extraction.Extract),
            Array.ConvertAll(maternal, ResponseFormat.Matches),
            Array.ConvertAll(retraced, responses => Array.ConvertAll(responses, extraction.Extract)),
            blind is null ? null : Array.ConvertAll(blind, extraction.Extract),
            record.Text("answer"),
            [
                new AnchorPositions(anchors.Length > 0 ? anchors : [.. retraced.Select(one => new int[one.Length])]),
                new RandomNumbers(RandomStream.For(seed, Purpose.Reward, index)),
                WordsBeforeAnswers.Of(maternal, extraction),
            ]);
    }

    /// <summary>The field, and what it holds, without which the rule's scores mean nothing; null where nothing is missing.</summary>
    public string? Lacks(IRewardRule rule) =>
        rule.Needs.HasFlag(RewardInputs.Label) && _gold is null ? "\"answer\", text or a number"
        : rule.Needs.HasFlag(RewardInputs.BlindAnswers) && _blind is null
            ? "\"blind\", responses to the question with its picture blanked"
        : rule.Needs.HasFlag(RewardInputs.Continuations) && _retraced.Length == 0
            ? "\"retraced\", continuations of each response"
        : null;

    /// <summary>The answers in classes, with all the evidence that responses hold.</summary>
    public AnswerGroup GroupFor(IAnswerEquivalence equivalence) =>
        AnswerGroup.Of(Answers, _retraced, _gold, equivalence, _blind) with { Evidence = _evidence };

    // [n] lists, or none where the field is missing or empty.
    private static T[][] ForEach<T>(
        string[] maternal, JsonRecord record, string field, string items, Func<JsonElement, T[]?> read)
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
}
