using Retrace.Anchors;
using Retrace.Configuration;
using Retrace.Training.Evolution;

namespace Retrace.Training.Forecasts;

/// <summary>
/// The tokens that one step generates and learns from, as far as settings and a length of responses give them.
/// </summary>
/// <param name="ResponseTokens">The length of a maternal response that they are computed for.</param>
/// <param name="Maternal">Generated in the maternal round: problems × samples × length.</param>
/// <param name="Retraced">
/// Generated in re-inference: problems × n × the sum over the m continuations of what is not kept of the length.
/// </param>
/// <param name="Learned">Response tokens that learning passes over: problems × n × length × passes.</param>
public sealed record TokenForecast(double ResponseTokens, double Maternal, double Retraced, double Learned)
{
    /// <summary>
    /// Generated beside both rounds for a rule that asks: blind samples, the start model, a teacher, other words, and
    /// judgements, which are taken to be as long as a response.
    /// </summary>
    public double Side { get; init; }

    /// <summary>All tokens that a step generates.</summary>
    public double Generated => Maternal + Retraced + Side;

    /// <param name="configuration">The settings.</param>
    /// <param name="problems">Number of problems to train on, which bounds a step's batch.</param>
    /// <param name="responseTokens">
    /// The mean length of a response; null: the longest that the settings allow, which only models that never stop early
    /// reach.
    /// </param>
    public static TokenForecast Of(RunConfiguration configuration, int problems, double? responseTokens)
    {
        RolloutSettings rollout = configuration.Rollout;
        var method = Method.Of(configuration);
        double length = Math.Min(responseTokens ?? rollout.MaxResponseTokens, rollout.MaxResponseTokens);
        double batch = Math.Min(configuration.Data.Batch, problems);
        int samples = method.CountsVotes
            ? Math.Max(rollout.VoteSamples ?? rollout.Group, rollout.Group)
            : rollout.Group;
        return new TokenForecast(
            length,
            batch * samples * length,
            method.Retraces ? batch * rollout.Group * Continued(configuration, length) : 0,
            batch * rollout.Group * length * configuration.Learning.EpochsPerBatch)
        {
            Side = batch * length * method.SideSampleCount(configuration),
        };
    }

    // The tokens of the m continuations of a trajectory of that length.
    private static double Continued(RunConfiguration configuration, double length)
    {
        RetracingSettings retracing = configuration.Retracing;
        int longest = configuration.Rollout.MaxResponseTokens;
        double[] rates = retracing.AllKeepRates();
        return Retracing.Shares(retracing.Samples, rates.Length).Sum(share =>
        {
            double kept = AnchorRules.Create(retracing.Anchor, rates[share]).ExpectedKept(length, longest);
            return Math.Min(longest - kept, retracing.Mode == "new-turn" ? length : length - kept);
        });
    }
}
