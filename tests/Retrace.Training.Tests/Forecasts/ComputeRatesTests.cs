using Retrace.Testing;
using Retrace.Training.Forecasts;

namespace Retrace.Training.Tests.Forecasts;

public sealed class ComputeRatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // (100 + 50 + 300 + 150) / (2 + 4) = 100 generated, (100 + 300) / (1 + 4) = 80 learned.
    [Fact]
    public void Rates_are_tokens_over_seconds_of_all_steps()
    {
        _folder.Write("metrics.jsonl", """
            {"step":0,"method":"csrs","seed":0,"eval_accuracy":0.5}
            {"step":1,"method":"csrs","seed":0,"maternal_tokens":100,"retraced_tokens":50,"rollout_seconds":2,"learn_seconds":1,"response_tokens_mean":10}
            {"step":2,"method":"csrs","seed":0,"maternal_tokens":300,"retraced_tokens":150,"rollout_seconds":4,"learn_seconds":4,"response_tokens_mean":30}

            """);
        var rates = ComputeRates.Of(_folder.Path, passes: 1);
        Assert.Equal(new ComputeRates(100, 80, 20), rates);
        Assert.Equal(160, ComputeRates.Of(_folder.Path, passes: 2).Learned);
        // 1000 / 100 + 400 / 80
        Assert.Equal(15, rates.TimeOf(new TokenForecast(20, 400, 600, 400)).TotalSeconds, 1e-6);
    }

    [Fact]
    public void A_run_without_a_measured_step_has_none()
    {
        _folder.Write("metrics.jsonl", "{\"step\":0,\"method\":\"csrs\",\"seed\":0}\n");
        Assert.Contains(
            "has no step whose tokens and seconds were measured",
            Assert.Throws<BadInputException>(() => ComputeRates.Of(_folder.Path, passes: 1)).Message);
    }
}
