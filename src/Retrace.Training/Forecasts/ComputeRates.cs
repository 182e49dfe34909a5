using Retrace.Runs;

namespace Retrace.Training.Forecasts;

/// <summary>How fast a machine generates and learns, stated or measured.</summary>
/// <param name="Generated">Tokens generated in a second of everything but learning, both rounds together; above 0.</param>
/// <param name="Learned">Response tokens learned from in a second, each pass counted; above 0.</param>
/// <param name="ResponseTokens">The mean length of a maternal response; null where it is not known.</param>
public sealed record ComputeRates(double Generated, double Learned, double? ResponseTokens = null)
{
    /// <summary>Measures the rates of an earlier run: its tokens over its seconds, summed over its steps.</summary>
    /// <param name="runDirectory">The run's folder.</param>
    /// <param name="passes">The run's passes over a step's trajectories.</param>
    /// <exception cref="BadInputException">The folder holds no run, or one without a measured step.</exception>
    public static ComputeRates Of(string runDirectory, int passes)
    {
        StepMetrics[] steps =
        [
            .. RunReader.Read(runDirectory).Metrics.Where(step => step is
            {
                Step: > 0, MaternalTokens: > 0, RolloutSeconds: > 0, LearnSeconds: > 0,
            }),
        ];
        if (steps.Length == 0)
        {
            throw new BadInputException(
                $"{runDirectory} has no step whose tokens and seconds were measured; give a run that has taken a step.");
        }
        double maternal = steps.Sum(step => (double)step.MaternalTokens!.Value);
        double rollout = steps.Sum(step => step.RolloutSeconds!.Value);
        double learning = steps.Sum(step => step.LearnSeconds!.Value);
        return new ComputeRates(
            (maternal + steps.Sum(step => (double)(step.RetracedTokens ?? 0))) / rollout,
            maternal * passes / learning,
            steps.All(step => step.ResponseTokensMean > 0) ? steps.Average(step => step.ResponseTokensMean) : null);
    }

    /// <summary>The time of all measurements of a run.</summary>
    public TimeSpan TimeOf(MeasurementForecast measurements) => TimeSpan.FromSeconds(measurements.Generated / Generated);

    /// <summary>The time of one step.</summary>
    public TimeSpan TimeOf(TokenForecast tokens) =>
        TimeSpan.FromSeconds((tokens.Generated / Generated) + (tokens.Learned / Learned));
}
