using System.Text.Json;
using Retrace.Answers;
using Retrace.Data.Json;
using Retrace.Rewards;

namespace Retrace.Evaluation.Grading;

/// <summary>
/// The responses to one problem that were sampled elsewhere: a line <c>{"maternal", "retraced"?, "anchors"?, "blind"?,
/// "start"?, "teacher"?, "rephrased"?, "confidences"?, "judgements"?, "answer"?}</c>.
/// </summary>
internal sealed class ResponseGroup
{
    /// <summary>What responses in a file do not hold.</summary>
    public const RewardInputs OnlyOfModels =
        RewardInputs.MeanEntropies | RewardInputs.SelfCertainties | RewardInputs.AnswerDistances;

    // The rounds beside the first two, with the fields that hold their responses.
    private static readonly (RewardInputs Round, string Field)[] Beside =
    [
        (RewardInputs.BlindAnswers, "blind"),
        (RewardInputs.StartAnswers, "start"),
        (RewardInputs.TeacherAnswers, "teacher"),
        (RewardInputs.RephrasedAnswers, "rephrased"),
    ];

    private readonly string?[][] _retraced;
    private readonly Dictionary<RewardInputs, string?[]> _beside; // The answers of the rounds that the line says anything of.
    private readonly string? _gold;
    private readonly Evidence[] _evidence;

    private ResponseGroup(
        string?[] answers,
        bool[] areFormatted,
        string?[][] retraced,
        Dictionary<RewardInputs, string?[]> beside,
        string? gold,
        Evidence[] evidence)
    {
        Answers = answers;
        AreFormatted = areFormatted;
        _retraced = retraced;
        _beside = beside;
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
        Dictionary<RewardInputs, string?[]> beside = [];
        foreach ((RewardInputs round, string name) in Beside)
        {
            if (record.Field(name) is JsonElement list)
            {
                string[] responses = Texts(list)
                    ?? throw new BadInputException($"{record.Place}: \"{name}\" must be a list of responses");
                beside.Add(round, Array.ConvertAll(responses, extraction.Extract));
            }
        }
        bool[] areFormatted = Array.ConvertAll(maternal, ResponseFormat.Matches);
        return new ResponseGroup(
            Array.ConvertAll(maternal, extraction.Extract),
            areFormatted,
            Array.ConvertAll(retraced, responses => Array.ConvertAll(responses, extraction.Extract)),
            beside,
            record.Text("answer"),
            [
                new AnchorPositions(anchors.Length > 0 ? anchors : [.. retraced.Select(one => new int[one.Length])]),
                new RandomNumbers(RandomStream.For(seed, Purpose.Reward, index)),
                WordsBeforeAnswers.Of(maternal, extraction),
                new FormatChecks(areFormatted),
                .. NumberForEach(maternal, record, "confidences", double.IsFinite, "numbers") is double[] confidences
                    ? [new StepConfidences(confidences)]
                    : Array.Empty<Evidence>(),
                .. NumberForEach(maternal, record, "judgements", score => score is >= 0 and <= 1, "numbers from 0 to 1")
                    is double[] judgements
                    ? [new Judgements(judgements)]
                    : Array.Empty<Evidence>(),
            ]);
    }

    /// <summary>The field, and what it holds, without which the rule's scores mean nothing; null where nothing is missing.</summary>
    public string? Lacks(IRewardRule rule) =>
        rule.Needs.HasFlag(RewardInputs.Label) && _gold is null ? "\"answer\", text or a number"
        : rule.Needs.HasFlag(RewardInputs.BlindAnswers) && !_beside.ContainsKey(RewardInputs.BlindAnswers)
            ? "\"blind\", responses to the question with its picture blanked"
        : rule.Needs.HasFlag(RewardInputs.TeacherAnswers)
            && _beside.GetValueOrDefault(RewardInputs.TeacherAnswers) is not { Length: > 0 }
            ? "\"teacher\", responses of the averaged teacher"
        : rule.Needs.HasFlag(RewardInputs.RephrasedAnswers) && !_beside.ContainsKey(RewardInputs.RephrasedAnswers)
            ? "\"rephrased\", responses to the question in other words"
        : rule.Needs.HasFlag(RewardInputs.StepConfidences) && !_evidence.OfType<StepConfidences>().Any()
            ? "\"confidences\", a number for each response"
        : rule.Needs.HasFlag(RewardInputs.Judgements) && !_evidence.OfType<Judgements>().Any()
            ? "\"judgements\", a number from 0 to 1 for each response"
        : rule.Needs.HasFlag(RewardInputs.Continuations) && _retraced.Length == 0
            ? "\"retraced\", continuations of each response"
        : null;

    /// <summary>The answers in classes, with all the evidence that responses hold.</summary>
    public AnswerGroup GroupFor(IAnswerEquivalence equivalence) =>
        AnswerGroup.Of(
            Answers,
            _retraced,
            _gold,
            equivalence,
            _beside.GetValueOrDefault(RewardInputs.BlindAnswers),
            _beside.GetValueOrDefault(RewardInputs.StartAnswers),
            _beside.GetValueOrDefault(RewardInputs.TeacherAnswers),
            _beside.GetValueOrDefault(RewardInputs.RephrasedAnswers)) with
        {
            Evidence = _evidence,
        };

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

    // [n] numbers; null where the field is missing.
    private static double[]? NumberForEach(
        string[] maternal, JsonRecord record, string field, Predicate<double> isRight, string items)
    {
        if (record.Field(field) is not JsonElement list)
        {
            return null;
        }
        double[]? numbers = list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
                ? [.. list.EnumerateArray().Select(item => item.GetDouble())]
                : null;
        return numbers is not null && numbers.Length == maternal.Length && Array.TrueForAll(numbers, isRight)
            ? numbers
            : throw new BadInputException(
                $"{record.Place}: \"{field}\" must be a list of {items}, one for each of the {maternal.Length} maternal "
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
