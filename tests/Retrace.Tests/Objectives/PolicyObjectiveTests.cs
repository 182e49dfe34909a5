using CsCheck;
using Retrace.Objectives;
using Retrace.Testing;

namespace Retrace.Tests.Objectives;

public sealed class PolicyObjectiveTests
{
    private static readonly ObjectiveParameters Parameters = new(Clip: 0.2, ClipHigh: 0.3);

    public static TheoryData<string> Names => ["grpo", "gspo", "cispo", "gmpo", "sapo"];

    // ln 1.5 is beyond 1 + ε_high, ln 1.25 within it, ln 0.5 below 1 − ε.
    private static readonly float[] Old = [-2, -1, -3];
    private static readonly float[] New = [-2 + MathF.Log(1.5f), -1 + MathF.Log(1.25f), -3 + MathF.Log(0.5f)];

    [Fact]
    public void These_are_all() =>
        Assert.Equal(Names.Select(row => row.Data), PolicyObjectives.Names.Take(Names.Count));

    [Fact]
    public void GRPO_clips_each_token_where_that_is_worse()
    {
        Check("grpo", 2, [-2 * 1.3, -2 * 1.25, -2 * 0.5], [0, -2 * 1.25, -2 * 0.5], clipped: 1);
        Check("grpo", -1, [1.5, 1.25, 0.8], [1.5, 1.25, 0], clipped: 1);
    }

    // s = (1.5 · 1.25 · 0.5)^(1/3) = 0.9375^(1/3) = 0.978717, below 1 − 0.01.
    [Fact]
    public void GSPO_has_one_ratio_for_the_whole_response()
    {
        Check("gspo", 2, [-1.957434, -1.957434, -1.957434], [-1.957434, -1.957434, -1.957434], clipped: 0);
        ObjectiveParameters narrow = new(Clip: 0.01, ClipHigh: 0.02);
        Check("gspo", -1, [0.99, 0.99, 0.99], [0, 0, 0], clipped: 3, narrow);
        Check("gspo", 1, [-0.978717, -0.978717, -0.978717], [-0.978717, -0.978717, -0.978717], clipped: 0, narrow);
    }

    [Fact]
    public void CISPO_bounds_a_token_s_weight_and_keeps_its_gradient()
    {
        double[] slopes = [-2 * 1.3, -2 * 1.25, -2 * 0.5];
        Check("cispo", 2, [.. slopes.Zip(New, (slope, logProb) => slope * logProb)], slopes, clipped: 1);
        Check("cispo", -2, [.. slopes.Zip(New, (slope, logProb) => -slope * logProb)], [2.6, 2.5, 1], clipped: 1);
    }

    // ε in logarithms, 0.3 above: ln 1.5 = 0.405465 counts as 0.3, ln 1.25 = 0.223144, ln 0.5 = −0.693147, which
    // counts in full where A > 0: exp(−0.170003 / 3) = 0.944908. Where A < 0 it counts as −0.2, and the others in full:
    // exp(0.428609 / 3) = 1.153579.
    [Fact]
    public void GMPO_is_the_geometric_mean_of_ratios_that_are_clipped_to_one_side()
    {
        Check("gmpo", 1, [-0.944908, -0.944908, -0.944908], [0, -0.944908, -0.944908], clipped: 1);
        Check("gmpo", -1, [1.153579, 1.153579, 1.153579], [1.153579, 1.153579, 0], clipped: 1);
    }

    // τ = 1: 4σ(0.5) = 2.489837, 4σ(0.25) = 2.248706, 4σ(−0.5) = 1.510163; slopes 4σ(1 − σ)ρ.
    // τ = 1.05: (4/1.05)·σ(0.525) = 2.393585, ·σ(0.2625) = 2.153336, ·σ(−0.525) = 1.415938.
    [Fact]
    public void SAPO_closes_a_gate_gradually()
    {
        Check("sapo", 1, [-2.489837, -2.248706, -1.510163], [-1.410022, -1.230670, -0.470007], clipped: 0);
        double[] losses = [2.393585, 2.153336, 1.415938];
        Check(
            "sapo",
            -1,
            losses,
            [.. losses.Zip([1.5, 1.25, 0.5], (loss, ratio) => loss * 1.05 * (1 - (loss * 1.05 / 4)) * ratio)],
            clipped: 0);
    }

    // On its own samples all of them have the gradient of the plain policy gradient, −A for each token.
    [Theory]
    [MemberData(nameof(Names))]
    public void At_a_ratio_of_one_the_slope_is_minus_the_advantage(string name) =>
        Gen.Select(Gen.Float[-12, 0].Array[1, 9], Gen.Double[-3, 3]).Sample((logProbs, advantage) =>
        {
            ObjectiveTerms terms = PolicyObjectives.Create(name, Parameters).Of(logProbs, logProbs, advantage);
            Assert.All(terms.Slopes, slope => Assert.Equal(-advantage, slope, 1e-9));
            Assert.Equal(0, terms.Clipped);
        });

    // Against the definitions in another form, and against central differences of these.
    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_slopes_are_those_of_the_definition(string name) =>
        Gen.Select(Gen.Float[-6, 0], Gen.Float[-1, 1]).Array[1, 7].Select(Gen.Double[-3, 3]).Sample((tokens, advantage) =>
        {
            float[] logProbs = [.. tokens.Select(token => token.Item1)];
            float[] old = [.. tokens.Select(token => token.Item1 - token.Item2)];
            ObjectiveTerms terms = PolicyObjectives.Create(name, Parameters).Of(logProbs, old, advantage);
            double[] held = Array.ConvertAll(logProbs, logProb => (double)logProb);
            double[] losses = BareObjective.Losses(name, held, held, old, advantage, Parameters);
            for (int t = 0; t < held.Length; t++)
            {
                Assert.Equal(losses[t], terms.Losses[t], 1e-9 * (1 + Math.Abs(losses[t])));
                double slope = (SumWith(t, 1e-6) - SumWith(t, -1e-6)) / 2e-6;
                double kink = (SumWith(t, 1e-5) - (2 * SumWith(t, 0)) + SumWith(t, -1e-5)) / 1e-5;
                Assert.True(
                    Math.Abs(slope - terms.Slopes[t]) < 1e-4 * (1 + Math.Abs(slope)) || Math.Abs(kink) > 1e-3,
                    $"{name}, token {t}: {terms.Slopes[t]} instead of {slope}");
            }

            double SumWith(int t, double by)
            {
                double[] moved = [.. held];
                moved[t] += by;
                return BareObjective.Losses(name, moved, held, old, advantage, Parameters).Sum();
            }
        });

    [Fact]
    public void An_objective_of_a_user_s_own_can_be_chosen_by_its_name()
    {
        PolicyObjectives.Register("plain-ratio", _ => new ClippedRatioObjective(1, double.PositiveInfinity));
        Assert.Contains("plain-ratio", PolicyObjectives.Names);
        Assert.Equal(-1.5, PolicyObjectives.Create("plain-ratio", Parameters).Of(New, Old, 1).Losses[0], 1e-6);
        Assert.Throws<ArgumentException>(() => PolicyObjectives.Register("gspo", _ => new ClippedWeightObjective(1)));
    }

    private static void Check(
        string name,
        double advantage,
        double[] losses,
        double[] slopes,
        int clipped,
        ObjectiveParameters? parameters = null)
    {
        ObjectiveTerms terms = PolicyObjectives.Create(name, parameters ?? Parameters).Of(New, Old, advantage);
        Assert.Equal(losses, terms.Losses, (a, b) => Math.Abs(a - b) < 2e-6 * Math.Max(1, Math.Abs(a)));
        Assert.Equal(slopes, terms.Slopes, (a, b) => Math.Abs(a - b) < 2e-6 * Math.Max(1, Math.Abs(a)));
        Assert.Equal(clipped, terms.Clipped);
    }
}
