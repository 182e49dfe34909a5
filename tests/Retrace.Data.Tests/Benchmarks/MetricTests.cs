using CsCheck;
using Retrace.Data.Benchmarks;
using Retrace.Problems;

namespace Retrace.Data.Tests.Benchmarks;

public sealed class MetricTests
{
    [Fact]
    public void The_four_dimensions_are_those_of_a_worked_example()
    {
        AnsweredItem[] answered =
        [
            .. Composite("2steps_1", whole: true, true, true),
            .. Composite("2steps_2", whole: true, true, false),
            .. Composite("3steps_1", whole: false, true, true, true),
            .. Composite("3steps_2", whole: false, false, true, true),
            .. Composite("2steps_3", whole: true, false, false),
            .. Composite("3steps_9", whole: true, true, true), // A step is missing.
        ];
        Dictionary<string, double?> values =
            new FourDimensionalMetric().Of(answered).ToDictionary(pair => pair.Name, pair => pair.Value);
        Assert.Equal(0.2, values["insufficient knowledge"]);
        Assert.Equal(0.2, values["inadequate generalization"]);
        Assert.Equal(0.2, values["complete mastery (strict)"]);
        Assert.Equal(0.4, values["complete mastery (loose)"]);
        Assert.Equal(2 / 3.0, values["rote memorization (strict)"]!.Value, 12);
        Assert.Equal(1 / 3.0, values["rote memorization (loose)"]!.Value, 12);
        Assert.Equal(0.3, values["score (strict)"]!.Value, 12);
        Assert.Equal(0.5, values["score (loose)"]!.Value, 12);
    }

    // The authors' script counts rows that fulfil each condition and scores (N − IG/2 − RM − IK) / N.
    [Fact]
    public void The_four_dimensions_are_what_the_authors_count() =>
        Gen.Select(Gen.Int[2, 3], Gen.Bool, Gen.Bool.Array[3]).Array[1, 30].Sample(drawn =>
        {
            AnsweredItem[] answered =
            [
                .. drawn.SelectMany((one, i) => Composite($"{one.Item1}steps_{i}", one.Item2, one.Item3[..one.Item1])),
            ];
            double count = drawn.Length;
            int ignorant = drawn.Count(one => !one.Item2 && one.Item3[..one.Item1].Any(right => !right));
            int narrow = drawn.Count(one => !one.Item2 && one.Item3[..one.Item1].All(right => right));
            int roteStrict = drawn.Count(one => one.Item2 && one.Item3[..one.Item1].Any(right => !right));
            int roteLoose = drawn.Count(one => one.Item2 && one.Item3[..one.Item1].All(right => !right));
            Dictionary<string, double?> values =
                new FourDimensionalMetric().Of(answered).ToDictionary(pair => pair.Name, pair => pair.Value);
            Assert.Equal((count - 0.5 * narrow - roteStrict - ignorant) / count, values["score (strict)"]!.Value, 12);
            Assert.Equal((count - 0.5 * narrow - roteLoose - ignorant) / count, values["score (loose)"]!.Value, 12);
            Assert.Equal(drawn.Any(one => one.Item2), values["rote memorization (strict)"] is not null);
        });

    [Fact]
    public void The_worst_case_needs_every_variant_of_a_seed_question()
    {
        AnsweredItem[] answered =
        [
            Variant("1", 1, true), Variant("2", 1, true), Variant("1", 2, true), Variant("2", 2, false),
            Variant("1", 3, true), Variant("2", 3, true),
        ];
        IReadOnlyList<(string Name, double? Value)> values = new WorstCaseMetric().Of(answered);
        Assert.Equal(
            ["average-case accuracy", "worst-case accuracy", "reasoning robustness"], values.Select(value => value.Name));
        Assert.Equal(5 / 6.0, values[0].Value!.Value, 12);
        Assert.Equal(0.5, values[1].Value);
        Assert.Equal(0.6, values[2].Value!.Value, 12);
        Assert.Null(new WorstCaseMetric().Of([Variant("1", 1, false)])[2].Value);
    }

    private static IEnumerable<AnsweredItem> Composite(string id, bool whole, params bool[] steps) =>
    [
        .. steps.Select((right, i) => Item(id, $"{i + 1}", right)),
        Item(id, "multi", whole),
    ];

    private static AnsweredItem Variant(string seed, int variant, bool right) => Item(seed, $"{variant}", right);

    private static AnsweredItem Item(string group, string part, bool right) =>
        new(new BenchmarkItem(new Problem($"{group}/{part}", "?", []), Key: null, [], group, part), right);
}
