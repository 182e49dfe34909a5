namespace Retrace.Configuration.Tests;

public sealed class ResumedSettingsTests
{
    private static readonly RunConfiguration Began = new();

    [Theory]
    [InlineData("steps=7")]
    [InlineData("epochs=2")]
    [InlineData("threads=1")]
    [InlineData("checkpoint.every=1")]
    [InlineData("evaluation.data=other.jsonl")]
    [InlineData("evaluation.samples=4")]
    [InlineData("rollout.request_timeout=3")]
    [InlineData("rollout.max_batch_sequences=16")]
    [InlineData("rollout.prefill_tokens=null")]
    [InlineData("learn.micro_batch_tokens=8192")]
    public void Length_measurement_and_surroundings_change_freely(string setting) =>
        Assert.Empty(Changes([setting]));

    [Theory]
    [InlineData("learn.learning_rate", "1e-06", "1e-07")]
    [InlineData("learn.learning_rate", "1e-06", "0.0")]
    [InlineData("learn.max_grad_norm", "1.0", "0.1")]
    public void What_keeps_numbers_finite_can_be_turned_down(string key, string from, string to) =>
        Assert.Equal([new SettingChange(key, from, to)], Changes([$"{key}={to}"]));

    [Theory]
    [InlineData("learn.learning_rate=2e-6")]
    [InlineData("learn.max_grad_norm=2")]
    [InlineData("learn.kl=0")]
    [InlineData("learn.clip=0.1")]
    [InlineData("learn.warmup_steps=3")]
    [InlineData("seed=1")]
    [InlineData("method=majority")]
    [InlineData("data.instruction=Think.")]
    [InlineData("model.dtype=fp32")]
    [InlineData("rollout.max_response_tokens=7")]
    public void Anything_else_is_refused_with_both_values(string setting)
    {
        string key = setting.Split('=')[0];
        BadInputException error = Assert.Throws<BadInputException>(() => Changes([setting]));
        Assert.StartsWith($"{key} is ", error.Message);
        Assert.Contains("in the run in runs/mine", error.Message);
    }

    [Fact]
    public void A_key_may_be_allowed()
    {
        Assert.Equal(
            [new SettingChange("model.device", "cpu", "\"cuda:1\"")], Changes(["model.device=cuda:1"], "model.device"));
        Assert.Throws<BadInputException>(() => Changes(["model.device=cuda:1", "seed=1"], "model.device"));
    }

    private static IReadOnlyList<SettingChange> Changes(string[] settings, params string[] allowed) =>
        ResumedSettings.Check(Began, ConfigurationLayers.Resolve(null, null, settings), "runs/mine", allowed);
}
