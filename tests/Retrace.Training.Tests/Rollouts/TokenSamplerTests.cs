using Retrace.Testing;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Rollouts;

public sealed class TokenSamplerTests
{
    private const int Samples = 4000;

    private static readonly int[] Stops = [0, 3];

    // In no order.
    private static readonly double[] Probabilities = [0.05, 0.4, 0.1, 0.25, 0.2];

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Tokens_are_sampled_as_often_as_the_tempered_distribution_says(double temperature)
    {
        double[] powers = [.. Probabilities.Select(p => Math.Pow(p, 1 / temperature))];
        AssertShares([.. powers.Select(power => power / powers.Sum())], new SamplingSettings(temperature));
    }

    [Theory]
    [InlineData(0.01, new[] { 1 })]
    [InlineData(0.39, new[] { 1 })]
    [InlineData(0.41, new[] { 1, 3 })]
    [InlineData(0.64, new[] { 1, 3 })]
    [InlineData(0.66, new[] { 1, 3, 4 })]
    [InlineData(0.94, new[] { 1, 2, 3, 4 })]
    [InlineData(0.96, new[] { 0, 1, 2, 3, 4 })]
    public void Top_p_samples_from_the_smallest_set_that_holds_it_in_the_old_proportions(double topP, int[] kept)
    {
        double whole = kept.Sum(id => Probabilities[id]);
        AssertShares(
            [.. Probabilities.Select((p, id) => kept.Contains(id) ? p / whole : 0)], new SamplingSettings(1, topP));
    }

    [Fact]
    public void The_ends_of_the_uniform_numbers_lead_to_tokens_that_can_occur()
    {
        const float Highest = 1 - (1f / (1 << 24));
        Assert.Equal([1, 1], Sample([-200, 0, 0, -200], [0, 0], new SamplingSettings(1)).Select(one => one.Token));
        Assert.Equal([2], Sample([-200, 0, 0, -200], [Highest], new SamplingSettings(1)).Select(one => one.Token));
        Assert.Equal([2], Sample([-200, 0, 1, -200], [0], new SamplingSettings(1, 0.5)).Select(one => one.Token));
    }

    [Fact]
    public void Temperature_0_takes_the_likeliest_and_measures_at_temperature_1()
    {
        float[] logits = [.. Probabilities.Select(p => (float)Math.Log(p) + 3)];
        (int token, float[] measured) = Sample(logits, [0.99f], new SamplingSettings(0, MeasureSelfCertainty: true))[0];
        Assert.Equal(1, token);
        Close.Relative(Math.Log(0.4), measured[0], 1e-5);
        Close.Relative(-Probabilities.Sum(p => p * Math.Log(p)), measured[1], 1e-5);
        // KL(uniform ‖ p) = Σ 1/V · ln((1/V) / p)
        Close.Relative(Probabilities.Sum(p => 0.2 * Math.Log(0.2 / p)), measured[2], 1e-5);
    }

    // Intuitor's is logsumexp(z) − mean(z): more by ln V, which is the same for every token and so for no advantage.
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    public void Self_certainty_is_Intuitor_s_less_the_logarithm_of_the_vocabulary(double temperature)
    {
        float[] logits = [1.5f, -2, 0.25f, 4, -1, 0, 3.5f];
        var settings = new SamplingSettings(temperature, MeasureSelfCertainty: true);
        double measured = Sample(logits, [0.5f], settings)[0].Measured[2];
        double[] tempered = Array.ConvertAll(logits, logit => logit / temperature);
        double intuitor = Math.Log(tempered.Sum(Math.Exp)) - tempered.Average();
        Close.Relative(intuitor, measured + Math.Log(logits.Length), 1e-5);
    }

    [Fact]
    public void What_is_measured_is_the_tempered_distribution_before_top_p_cuts_it()
    {
        float[] logits = [.. Probabilities.Select(p => (float)Math.Log(p))];
        double[] powers = [.. Probabilities.Select(p => p * p)];
        double[] tempered = [.. powers.Select(power => power / powers.Sum())];
        (int token, float[] measured) = Sample(logits, [0.5f], new SamplingSettings(0.5, TopP: 0.3))[0];
        Assert.Equal(1, token);
        Assert.Equal(2, measured.Length);
        Close.Relative(Math.Log(tempered[1]), measured[0], 1e-5);
        Close.Relative(-tempered.Sum(p => p * Math.Log(p)), measured[1], 1e-5);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(20, false)] // More than there are tokens.
    public void Confidence_is_minus_the_mean_log_probability_of_the_likeliest(int likeliest, bool selfCertainty)
    {
        float[] logits = [.. Probabilities.Select(p => (float)Math.Log(p) + 2)];
        var settings = new SamplingSettings(1, MeasureSelfCertainty: selfCertainty) { Likeliest = likeliest };
        float[] measured = Sample(logits, [0.5f], settings)[0].Measured;
        double expected = -Probabilities.OrderDescending().Take(likeliest).Average(p => Math.Log(p));
        Close.Relative(expected, measured[^1], 1e-5);
        Assert.Equal(selfCertainty ? 4 : 3, measured.Length);

        // A token that is never sampled is none of them.
        float[] masked = Sample([.. logits, -1e30f], [0.5f], new SamplingSettings(1) { Likeliest = 20 })[0].Measured;
        Close.Relative(-Probabilities.Average(p => Math.Log(p)), masked[^1], 1e-5);
    }

    // Uniform numbers that are spread evenly sample every token in proportion, up to rounding at its two borders.
    private static void AssertShares(double[] expected, SamplingSettings settings)
    {
        float[] logits = [.. Probabilities.Select(p => (float)Math.Log(p))];
        float[] uniform = [.. Enumerable.Range(0, Samples).Select(i => (i + 0.5f) / Samples)];
        int[] counts = new int[logits.Length];
        foreach ((int token, float[] _) in Sample(logits, uniform, settings))
        {
            counts[token]++;
        }
        Assert.All(expected.Zip(counts), pair =>
        {
            int slack = pair.First == 0 ? 0 : 2;
            Assert.InRange(pair.Second, (Samples * pair.First) - slack, (Samples * pair.First) + slack);
        });
    }

    private static (int Token, float[] Measured)[] Sample(float[] logits, float[] uniform, SamplingSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        using var sampler = new TokenSampler(settings, Stops, CPU);
        (Tensor tokens, Tensor measured) =
            sampler.Sample(tensor(logits).expand(uniform.Length, logits.Length), tensor(uniform).unsqueeze(1));
        long[] ids = tokens.data<long>().ToArray();
        Assert.Equal(ids.Select(id => (float)id), measured[0].data<float>().ToArray());
        Assert.Equal(ids.Select(id => Stops.Contains((int)id) ? 1f : 0), measured[1].data<float>().ToArray());
        return
        [
            .. ids.Select((id, row) => ((int)id, Enumerable.Range(2, (int)measured.shape[0] - 2)
                .Select(line => measured[line, row].item<float>()).ToArray())),
        ];
    }
}
