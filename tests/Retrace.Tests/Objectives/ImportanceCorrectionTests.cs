using Retrace.Objectives;

namespace Retrace.Tests.Objectives;

public sealed class ImportanceCorrectionTests
{
    // Ratios 1, 0.5, 3 and 1.8181818 of tokens; their product is 2.7272727.
    private static readonly float[] Policy = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.9f), MathF.Log(0.2f)];
    private static readonly float[] Engine = [MathF.Log(0.5f), MathF.Log(0.6f), MathF.Log(0.3f), MathF.Log(0.11f)];

    [Theory]
    [InlineData("token-truncate", 2, new[] { 1f, 0.5f, 2f, 1.8181818f }, 1)]
    [InlineData("token-mask", 2, new[] { 1f, 0.5f, 0f, 1.8181818f }, 1)]
    [InlineData("sequence-truncate", 2, new[] { 2f, 2f, 2f, 2f }, 4)]
    [InlineData("sequence-mask", 2, new[] { 0f, 0f, 0f, 0f }, 4)]
    [InlineData("sequence-truncate", 3, new[] { 2.7272727f, 2.7272727f, 2.7272727f, 2.7272727f }, 0)]
    [InlineData("sequence-mask", 3, new[] { 2.7272727f, 2.7272727f, 2.7272727f, 2.7272727f }, 0)]
    public void Ratios_of_tokens_or_of_responses_are_truncated_or_masked(
        string name, double bound, float[] weights, int beyond)
    {
        TokenImportance importance = ImportanceCorrection.Parse(name).Of(Policy, Engine, bound);
        Assert.Equal(weights, importance.Weights, (a, b) => MathF.Abs(a - b) < 1e-5f);
        Assert.Equal(beyond, importance.Truncated);
    }

    // e^1000 is no number of double precision any more.
    [Fact]
    public void A_ratio_beyond_all_numbers_is_beyond_the_bound()
    {
        float[] policy = [-1, -1];
        float[] engine = [-501, -501];
        Assert.Equal([2f, 2f], ImportanceCorrection.Parse("sequence-truncate").Of(policy, engine, 2).Weights);
        Assert.Equal([0f, 0f], ImportanceCorrection.Parse("sequence-mask").Of(policy, engine, 2).Weights);
    }
}
