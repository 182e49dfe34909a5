using Retrace.Configuration;
using Retrace.Training.Forecasts;

namespace Retrace.Training.Tests.Forecasts;

public sealed class TokenForecastTests
{
    // 4 problems of n = 8 responses of 100 tokens; of each, m = 5 continuations of the 30 that are not kept.
    [Theory]
    [InlineData(3200, 4800, 3200)]
    [InlineData(3200, 4800, 6400, "learn.epochs_per_batch=2")]
    [InlineData(3200, 8000, 3200, "retrace.keep_rate=0.5")]
    [InlineData(3200, 8000, 3200, "retrace.anchor=random")]
    [InlineData(3200, 16000, 3200, "retrace.mode=new-turn")] // A turn of its own, as long as a response.
    [InlineData(3200, 9920, 3200, "retrace.keep_rates=\"0.3, 0.5\"")] // 3 · 70 + 2 · 50 = 310 of each of 32.
    [InlineData(3200, 0, 3200, "retrace.samples=0")]
    [InlineData(3200, 0, 3200, "method=majority")]
    [InlineData(19200, 0, 3200, "method=majority", "rollout.vote_samples=48")]
    [InlineData(3200, 0, 3200, "retrace.anchor=padded")] // 0.7 of 200 is 140: nothing of 100 is cut off.
    [InlineData(3200, 9600, 3200, "retrace.anchor=padded", "retrace.keep_rate=0.2")] // 40 of 200 are kept.
    public void A_step_s_tokens_follow_from_the_settings(
        double maternal, double retraced, double learned, params string[] settings)
    {
        TokenForecast tokens = TokenForecast.Of(Settings(settings), problems: 1000, responseTokens: 100);
        Assert.Equal(maternal, tokens.Maternal, 1e-9 * (1 + maternal));
        Assert.Equal(retraced, tokens.Retraced, 1e-9 * (1 + retraced));
        Assert.Equal(learned, tokens.Learned, 1e-9 * (1 + learned));
        Assert.Equal(tokens.Maternal + tokens.Retraced, tokens.Generated);
    }

    // 4 problems, 8 responses of 100 tokens beside the maternal ones.
    [Theory]
    [InlineData(0, "method=majority")]
    [InlineData(0, "method=scope")]
    [InlineData(3200, "method=restrain")]
    [InlineData(3200, "method=co-rewarding-ii")]
    [InlineData(3600, "method=self-harmony")] // And one for each problem that finds other words.
    [InlineData(3200, "method=actor-judge")]
    [InlineData(1200, "reward.rule=grounded", "retrace.blind_samples=3")]
    public void What_a_rule_asks_beside_both_rounds_counts(double beside, params string[] settings)
    {
        TokenForecast tokens = TokenForecast.Of(Settings(settings), problems: 1000, responseTokens: 100);
        Assert.Equal(beside, tokens.Side);
        Assert.Equal(tokens.Maternal + tokens.Retraced + beside, tokens.Generated);
    }

    [Fact]
    public void Without_a_length_responses_are_the_longest_and_no_batch_is_larger_than_the_data()
    {
        TokenForecast tokens = TokenForecast.Of(Settings([]), problems: 3, responseTokens: null);
        Assert.Equal(200, tokens.ResponseTokens);
        Assert.Equal(3 * 8 * 200, tokens.Maternal);
        Assert.Equal(200, TokenForecast.Of(Settings([]), problems: 3, responseTokens: 500).ResponseTokens);
    }

    private static RunConfiguration Settings(string[] further) => ConfigurationLayers.Resolve(
        null, null, ["data.batch=4", "rollout.max_response_tokens=200", .. further]);
}
