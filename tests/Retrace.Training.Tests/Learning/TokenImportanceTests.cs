using Retrace.Testing;
using Retrace.Training.Learning;

namespace Retrace.Training.Tests.Learning;

public sealed class TokenImportanceTests
{
    [Fact]
    public void A_weight_is_the_ratio_of_the_probabilities_up_to_the_truncation()
    {
        float[] policy = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.9f), MathF.Log(0.2f)];
        float[] server = [MathF.Log(0.5f), MathF.Log(0.6f), MathF.Log(0.3f), MathF.Log(0.11f)];
        TokenImportance importance = TokenImportance.Of(policy, server, truncation: 2);
        float[] expected = [1, 0.5f, 2, 1.8181818f];
        Close.Relative(expected, importance.Weights, 1e-5);
        Assert.Equal(1, importance.Truncated);
    }

    [Fact]
    public void Tokens_count_by_their_weights()
    {
        var content = new PromptedResponse([1], [2, 3], []);
        var plain = new TrainingSample(content, [-1, -1], -0.5);
        Assert.Equal([-0.5f, -0.5f], plain.TokenAdvantages);
        TrainingSample weighed = plain with { Importance = new TokenImportance([0.5f, 2f], 1) };
        Assert.Equal([-0.25f, -1f], weighed.TokenAdvantages);
    }
}
