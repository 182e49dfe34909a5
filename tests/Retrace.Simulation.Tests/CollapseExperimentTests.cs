namespace Retrace.Simulation.Tests;

public class CollapseExperimentTests
{
    private static readonly CollapseSetting Setting = new() { Iterations = 15, SampledGroups = 400 };

    [Fact]
    public void Majority_voting_collapses_at_once_and_the_soft_frequency_later()
    {
        IReadOnlyList<CollapseCurve> curves = CollapseExperiment.Run(Setting);
        CollapseCurve ideal = Exact(curves, ReferencePolicy.Previous, "majority, infinitely many votes");
        CollapseCurve plain = Exact(curves, ReferencePolicy.Previous, "sfr, not perturbed");
        CollapseCurve perturbed = Exact(curves, ReferencePolicy.Previous, "sfr, perturbed");
        Assert.True(ideal.Tail(2) < 0.01);
        Assert.True(plain.Tail(2) > 0.3);
        Assert.True(perturbed.Tail(2) > plain.Tail(2));
        Assert.All([ideal, plain, perturbed], curve => Assert.True(curve.Tail(15) < 0.01));
    }

    [Fact]
    public void Held_by_the_initial_policy_the_soft_frequency_keeps_the_tail()
    {
        IReadOnlyList<CollapseCurve> curves = CollapseExperiment.Run(Setting);
        Assert.True(Exact(curves, ReferencePolicy.Initial, "majority of 48 votes").Tail(15) < 0.1);
        Assert.True(Exact(curves, ReferencePolicy.Initial, "sfr, perturbed").Tail(15) > 0.4);
    }

    // The map is smooth: an error of a reward, at most 0.5/√400 = 0.025 in four dimensions, moves it little.
    [Fact]
    public void Sampled_maps_follow_their_exact_ones()
    {
        IReadOnlyList<CollapseCurve> curves = CollapseExperiment.Run(Setting);
        CollapseCurve[] sampled = [.. curves.Where(curve => curve.IsSampled)];
        Assert.Equal(4, sampled.Length);
        Assert.All(sampled.Where(curve => curve.Reference == ReferencePolicy.Initial), curve =>
        {
            CollapseCurve exact = Exact(curves, curve.Reference, curve.Map);
            Assert.All(Enumerable.Range(0, 16), t => Assert.Equal(exact.Tail(t), curve.Tail(t), 0.05));
        });
    }

    [Fact]
    public void What_makes_no_experiment_is_refused()
    {
        Assert.Contains("answers are 0 to 4", Complaint(Setting with { Right = 5 }));
        Assert.Contains("β is 0", Complaint(Setting with { Beta = 0 }));
        Assert.Contains("iterations", Complaint(Setting with { Iterations = 0 }));
        Assert.Contains("spread 2", Complaint(Setting with { Reinference = new Reinference(0, 2) }));
        Assert.Contains("sampled groups", Complaint(Setting with { SampledGroups = 0 }));

        static string Complaint(CollapseSetting setting) =>
            Assert.Throws<BadInputException>(() => CollapseExperiment.Run(setting)).Message;
    }

    private static CollapseCurve Exact(
        IReadOnlyList<CollapseCurve> curves, ReferencePolicy reference, string map) =>
        curves.Single(curve => !curve.IsSampled && curve.Reference == reference && curve.Map == map);
}
