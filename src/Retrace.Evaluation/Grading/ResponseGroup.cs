using System.Text.Json;
using Retrace.Answers;
using Retrace.Data.Json;
using Retrace.Rewards;

namespace Retrace.Evaluation.Grading;

/// <summary>
/// The responses to one problem that were sampled elsewhere: a line <c>{"maternal", "opening"?, "retraced"?, "anchors"?,
/// "blind"?, "start"?, "teacher"?, "rephrased"?, "confidences"?, "judgements"?, "entropies"?, "self_certainties"?,
/// "distances"?, "answer"?}</c>.
/// </summary>
internal sealed class ResponseGroup
{
    // The rounds beside the first two, with the fields that hold their responses.
    private static readonly (RewardInputs Round, string Field)[] Beside =
    [
        (RewardInputs.BlindAnswers, "blind"),
        (RewardInputs.StartAnswers, "start"),
        (RewardInputs.TeacherAnswers, "teacher"),
        (RewardInputs.RephrasedAnswers, "rephrased"),
    ];

    private const string Nats = "numbers from 0 to 1000";

    private readonly string?[][] _retraced;
    private readonly Dictionary<RewardInputs, IReadOnlyList<string?>> _beside; // Of the rounds that the line has a field of.
    private readonly string? _gold;
    private readonly Evidence[] _evidence;
    private readonly double[][][]? _distances; // [n][steps][n] of each step from the answer of each response.

    private ResponseGroup(
        string?[] answers,
        bool[] areFormatted,
        string?[][] retraced,
        Dictionary<RewardInputs, IReadOnlyList<string?>> beside,
        string? gold,
        Evidence[] evidence,
        double[][][]? distances)
    {
        Answers = answers;
        AreFormatted = areFormatted;
        _retraced = retraced;
        _beside = beside;
        _gold = gold;
        _evidence = evidence;
        _distances = distances;
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
        Dictionary<RewardInputs, IReadOnlyList<string?>> beside = [];
        foreach ((RewardInputs round, string name) in Beside)
        {
            if (record.Field(name) is JsonElement list)
            {
                string[] responses = Texts(list)
                    ?? throw new BadInputException($"{record.Place}: \"{name}\" must be a list of responses");
                beside.Add(round, Array.ConvertAll(responses, extraction.Extract));
            }
        }
        string opening = record.Field("opening") switch
        {
            null => "",
            { ValueKind: JsonValueKind.String } text => JsonRecord.Decoded(text),
            _ => throw new BadInputException(
                $"{record.Place}: \"opening\" must be text: what the prompt has begun the responses with"),
        };
        bool[] areFormatted = Array.ConvertAll(maternal, response => ResponseFormat.Matches(opening + response));
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
                .. Measured(maternal, record),
            ],
            Distances(maternal, record));
    }

    /// <summary>The field, and what it holds, without which the rule's scores mean nothing; null where nothing is missing.</summary>
    public string? Lacks(IRewardRule rule) => Missing()
        .Where(one => rule.Needs.HasFlag(one.Input)).Select(one => one.Field).FirstOrDefault();

    /// <summary>The answers in classes, with all the evidence that responses hold.</summary>
    public AnswerGroup GroupFor(IAnswerEquivalence equivalence)
    {
        AnswerGroup group = AnswerGroup.Of(Answers, _retraced, _gold, equivalence, _beside);
        return group with
        {
            Evidence = _distances is null ? _evidence : [.. _evidence, OfClasses(_distances, group.Maternal)],
        };
    }

    // What the line says nothing of.
    private IEnumerable<(RewardInputs Input, string Field)> Missing()
    {
        (RewardInputs Input, bool IsThere, string Field)[] all =
        [
            (RewardInputs.Label, _gold is not null, "\"answer\", text or a number"),
            (RewardInputs.BlindAnswers, _beside.ContainsKey(RewardInputs.BlindAnswers),
                "\"blind\", responses to the question with its picture blanked"),
            (RewardInputs.TeacherAnswers, _beside.GetValueOrDefault(RewardInputs.TeacherAnswers) is { Count: > 0 },
                "\"teacher\", responses of the averaged teacher"),
            (RewardInputs.RephrasedAnswers, _beside.ContainsKey(RewardInputs.RephrasedAnswers),
                "\"rephrased\", responses to the question in other words"),
            (RewardInputs.StepConfidences, Holds<StepConfidences>(), "\"confidences\", a number for each response"),
            (RewardInputs.Judgements, Holds<Judgements>(), "\"judgements\", a number from 0 to 1 for each response"),
            (RewardInputs.MeanEntropies, Holds<MeanEntropies>(), "\"entropies\", a number for each response"),
            (RewardInputs.SelfCertainties, Holds<SelfCertainties>(), "\"self_certainties\", a number for each response"),
            (RewardInputs.AnswerDistances, _distances is not null,
                "\"distances\", a list of steps for each response with a number for each response's answer"),
            (RewardInputs.Continuations, _retraced.Length > 0, "\"retraced\", continuations of each response"),
        ];
        return all.Where(one => !one.IsThere).Select(one => (one.Input, one.Field));

        bool Holds<T>() => _evidence.OfType<T>().Any();
    }

    // The distances from answers' classes, as the first response that gives the answer has them.
    private static AnswerDistances OfClasses(double[][][] distances, IReadOnlyList<int> maternal)
    {
        int[] first = [.. maternal.Index().Where(one => one.Item != AnswerClasses.None)
            .DistinctBy(one => one.Item).OrderBy(one => one.Item).Select(one => one.Index)];
        return new AnswerDistances(
        [
            .. distances.Zip(maternal, (steps, answer) => first.Length < 2 || answer == AnswerClasses.None
                ? []
                : Array.ConvertAll(steps, step => Array.ConvertAll(first, response => step[response]))),
        ]);
    }

    // What the line says was measured of its responses.
    private static IEnumerable<Evidence> Measured(string[] maternal, JsonRecord record)
    {
        if (NumberForEach(maternal, record, "confidences", double.IsFinite, "numbers") is double[] confidences)
        {
            yield return new StepConfidences(confidences);
        }
        if (NumberForEach(maternal, record, "judgements", score => score is >= 0 and <= 1, "numbers from 0 to 1")
            is double[] judgements)
        {
            yield return new Judgements(judgements);
        }
        if (NumberForEach(maternal, record, "entropies", AreNats, Nats) is double[] entropies)
        {
            yield return new MeanEntropies(entropies);
        }
        if (NumberForEach(maternal, record, "self_certainties", AreNats, Nats) is double[] certainties)
        {
            yield return new SelfCertainties(certainties);
        }

        // No vocabulary has more, and sums of them are numbers.
        static bool AreNats(double number) => number is >= 0 and <= 1000;
    }

    // [n][steps][n]; null where the field is missing.
    private static double[][][]? Distances(string[] maternal, JsonRecord record)
    {
        const string Field = "distances";
        if (record.Field(Field) is null)
        {
            return null;
        }
        double[][][] distances = ForEach(maternal, record, Field, "steps", steps => Lists(steps, Numbers));
        return distances.Length == maternal.Length
            && distances.SelectMany(steps => steps).All(step =>
                step.Length == maternal.Length && step.All(number => number > 0 && double.IsFinite(number)))
            ? distances
            : throw new BadInputException(
                $"{record.Place}: \"{Field}\" must hold for each step of a response {maternal.Length} numbers above 0, one for "
                + "the answer of each maternal response");
    }

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
        double[]? numbers = Numbers(list);
        return numbers is not null && numbers.Length == maternal.Length && Array.TrueForAll(numbers, isRight)
            ? numbers
            : throw new BadInputException(
                $"{record.Place}: \"{field}\" must be a list of {items}, one for each of the {maternal.Length} maternal "
                + "responses");
    }

    // Null where one of them is no such list.
    private static T[][]? Lists<T>(JsonElement list, Func<JsonElement, T[]?> read)
    {
        T[]?[] lists = list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(read)] : [null];
        return Array.TrueForAll(lists, one => one is not null) ? Array.ConvertAll(lists, one => one!) : null;
    }

    private static double[]? Numbers(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
        && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. list.EnumerateArray().Select(item => item.GetDouble())]
            : null;

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
