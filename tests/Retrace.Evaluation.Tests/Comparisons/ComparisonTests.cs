using Retrace.Data;
using Retrace.Evaluation.Comparisons;
using Retrace.Statistics;

namespace Retrace.Evaluation.Tests.Comparisons;

public sealed class ComparisonTests
{
    // Student's quantiles at 0.975: 12.706205 with one degree of freedom, 4.302653 with two.
    private const double OneDegree = 12.706205;
    private const double TwoDegrees = 4.302653;

    private static readonly Outcome[] TwoMethods =
    [
        SyntheticOutcome.Of("csrs", 0, 0.50, 0.56, SyntheticOutcome.Step(1, 0.4, 100, 50, 2)),
        SyntheticOutcome.Of("majority", 0, 0.50, 0.53, SyntheticOutcome.Step(1, 0.2, 140, null, 3)),
        SyntheticOutcome.Of("majority", 1, 0.48, 0.51, SyntheticOutcome.Step(1, 0.1, 160, null, 1)),
        SyntheticOutcome.Of("csrs", 1, 0.48, 0.52, SyntheticOutcome.Step(1, 0.2, 100, 70, 2)),
    ];

    [Fact]
    public void Differences_are_paired_by_seed()
    {
        Comparison comparison = new(TwoMethods, "majority");
        AssertInterval(0.49, OneDegree * 0.01, comparison.Start.Accuracy);
        Assert.Equal(["csrs", "majority"], comparison.Methods.Select(method => method.Method));
        MethodResult csrs = comparison.Methods[0];
        AssertInterval(0.54, OneDegree * 0.02, csrs.Test.Accuracy); // 0.56 and 0.52
        AssertInterval(0.05, OneDegree * 0.01, csrs.Change); // 0.06 and 0.04
        AssertInterval(0.02, OneDegree * 0.01, csrs.AgainstBaseline!.Value); // 0.03 and 0.01
        MethodResult majority = comparison.Methods[1];
        AssertInterval(0.03, 0, majority.Change);
        Assert.Null(majority.AgainstBaseline);
    }

    [Fact]
    public void A_kind_takes_its_categories_together_and_is_paired_by_seed()
    {
        // Of 100 problems each: hard ones are answered 0.4 times as well as easy ones.
        Comparison comparison = new(TwoMethods, "majority", new ProblemKinds([("others", []), ("none", ["absent"]), ("hard", ["hard"])]));
        Assert.Equal([("others", 100), ("hard", 100)], comparison.Kinds.Select(kind => (kind.Kind, kind.Problems)));
        KindResult hard = comparison.Kinds[1];
        AssertInterval(0.4 * 0.49, OneDegree * 0.004, hard.Start);
        AssertInterval(0.4 * 0.54, OneDegree * 0.008, hard.Methods[0]);
        AssertInterval(0.4 * 0.02, OneDegree * 0.004, hard.AgainstBaseline[0]!.Value);
        Assert.Null(hard.AgainstBaseline[1]);
        Comparison together = new(TwoMethods, "majority", new ProblemKinds([("all", ["hard", "easy"])]));
        AssertInterval(0.7 * 0.54, OneDegree * 0.014, together.Kinds[0].Methods[0]);
        Assert.Equal(200, together.Kinds[0].Problems);
    }

    [Fact]
    public void Costs_and_the_end_of_the_curves_are_means_over_the_seeds()
    {
        Comparison comparison = new(TwoMethods, "majority");
        MethodResult csrs = comparison.Methods[0];
        Assert.Equal((2, 160.0, 2.0), (csrs.Seeds, csrs.Tokens, csrs.Seconds));
        Assert.Equal(0.3, csrs.Entropy!.Value, 12);
        Assert.Equal(0.15, csrs.HighConfidenceShare!.Value, 12);
        Assert.Equal(0.74, csrs.Test.PassAtSamples, 12);
        Assert.Equal(0.64, csrs.Test.MajorityAccuracy, 12);
    }

    [Fact]
    public void Three_seeds_have_the_interval_of_two_degrees_of_freedom()
    {
        Outcome[] outcomes = [.. new[] { 0.51, 0.52, 0.53 }
            .Select((final, seed) => SyntheticOutcome.Of("csrs", seed, 0.5, final))];
        AssertInterval(
            0.02, TwoDegrees * 0.01 / Math.Sqrt(3), new Comparison(outcomes, null).Methods[0].Change);
    }

    [Fact]
    public void The_end_of_a_curve_is_the_mean_of_its_last_five_values()
    {
        double?[] entropies = [null, 9, 9, 1, 2, 3, 4, null, 5];
        Outcome outcome = SyntheticOutcome.Of(
            "csrs", 0, 0, 0, [.. entropies.Select((entropy, step) => SyntheticOutcome.Step(step, entropy))]);
        Assert.Equal(3.0, outcome.FinalMean(step => step.Entropy));
        Assert.Null(outcome.FinalMean(step => step.Kl));
    }

    [Fact]
    public void A_method_without_one_of_the_seeds_cannot_be_compared() =>
        Assert.Throws<ArgumentException>(() => new Comparison(TwoMethods[..3], "majority"));

    private static void AssertInterval(double mean, double half, MeanInterval interval)
    {
        Assert.Equal(mean, interval.Mean, 12);
        Assert.Equal(half, interval.HalfWidth!.Value, 6);
    }
}
