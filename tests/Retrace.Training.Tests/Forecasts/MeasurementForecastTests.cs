using Retrace.Configuration;
using Retrace.Training.Forecasts;

namespace Retrace.Training.Tests.Forecasts;

public sealed class MeasurementForecastTests
{
    // 40 problems, 3 responses each, of 50 tokens: 6000 tokens an evaluation.
    [Theory]
    [InlineData(10, 5, 3)]  // Before the first step, after 5 and 10.
    [InlineData(12, 5, 4)]  // And after the last.
    [InlineData(3, 5, 2)]
    [InlineData(0, 5, 1)]
    public void Labeled_problems_are_answered_before_the_first_step_in_between_and_after_the_last(
        int steps, int every, int evaluations)
    {
        RunConfiguration settings = new() { Evaluation = new EvaluationSettings { Every = every, Samples = 3 } };
        Assert.Equal(
            new MeasurementForecast(evaluations, Probes: 0, evaluations * 6000.0),
            MeasurementForecast.Of(settings, steps, measured: 40, withImages: 100, responseTokens: 50));
        Assert.Equal(
            new MeasurementForecast(0, 0, 0),
            MeasurementForecast.Of(settings, steps, measured: 0, withImages: 100, responseTokens: 50));
    }

    // After steps 4 and 8 two responses to each of 16 problems, or to as many as have an image.
    [Theory]
    [InlineData(100, 2, 2 * 2 * 16 * 50)]
    [InlineData(5, 2, 2 * 2 * 5 * 50)]
    [InlineData(0, 0, 0)]
    public void The_guard_s_probes_count(int withImages, int probes, double generated) => Assert.Equal(
        new MeasurementForecast(0, probes, generated),
        MeasurementForecast.Of(
            new RunConfiguration { Guard = new GuardSettings { ProbeEvery = 4, ProbeProblems = 16 } },
            steps: 10,
            measured: 0,
            withImages,
            responseTokens: 50));

    [Fact]
    public void They_take_the_time_that_generating_takes() =>
        Assert.Equal(60, new ComputeRates(100, 80).TimeOf(new MeasurementForecast(2, 1, 6000)).TotalSeconds);
}
