using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training.Forecasts;

namespace Retrace.Evaluation.Comparisons;

/// <summary>How many samples a majority vote needs to spend as much as a run that retraces.</summary>
public static class VoteBudget
{
    /// <summary>
    /// Samples for a problem's vote (<c>rollout.vote_samples</c>): n times all tokens of the run over those of its
    /// maternal rounds. Continuations are shorter than whole responses, so it is less than n · (1 + k).
    /// </summary>
    /// <param name="retracing">The metrics of the run whose tokens are to be matched.</param>
    /// <param name="group">n, the group size of that run.</param>
    public static int Matching(IReadOnlyList<StepMetrics> retracing, int group)
    {
        double maternal = retracing.Sum(step => (double)(step.MaternalTokens ?? 0));
        double retraced = retracing.Sum(step => (double)(step.RetracedTokens ?? 0));
        return (int)Math.Round(group * (1 + (retraced / maternal)));
    }

    /// <summary>
    /// The same before the run has begun: as many samples as come to its tokens where continuations are as long as what was
    /// cut off, and all else as long as a response.
    /// </summary>
    /// <param name="retracing">The settings of the run whose tokens are to be matched.</param>
    internal static int Expected(RunConfiguration retracing)
    {
        TokenForecast tokens = TokenForecast.Of(retracing, retracing.Data.Batch, responseTokens: null);
        return (int)Math.Round(retracing.Rollout.Group * tokens.Generated / tokens.Maternal);
    }

    /// <summary>
    /// Samples for a problem's vote that take as long: n + (N − n) · (T − V) / (W − V), with T the seconds of the run, V those
    /// of a vote of n samples and W those of a vote of N; at least n, and N where those took no longer. That is on the line
    /// through both votes, so the seconds that come out are near those wanted, not equal to them.
    /// </summary>
    /// <param name="retracing">The metrics of the run whose seconds are to be matched.</param>
    /// <param name="few">The metrics of a run by a vote of n samples, on the same machine.</param>
    /// <param name="many">The metrics of a run by a vote of N samples there.</param>
    /// <param name="group">n, the group size of all three.</param>
    /// <param name="samples">N, more than n.</param>
    public static int MatchingSeconds(
        IReadOnlyList<StepMetrics> retracing,
        IReadOnlyList<StepMetrics> few,
        IReadOnlyList<StepMetrics> many,
        int group,
        int samples)
    {
        double more = Seconds(many) - Seconds(few);
        return more > 0
            ? Math.Max(group, (int)Math.Round(group + ((samples - group) * (Seconds(retracing) - Seconds(few)) / more)))
            : samples;

        static double Seconds(IReadOnlyList<StepMetrics> steps) => steps.Sum(step => step.StepSeconds ?? 0);
    }

    /// <summary>
    /// Samples that a run takes of each problem of a step: n, and those of continuations or of a vote beyond the group, and
    /// of every round that the rule asks for beside them (<see cref="Method.SideSampleCount"/>).
    /// </summary>
    /// <param name="configuration">The run's settings.</param>
    public static int SamplesOf(RunConfiguration configuration)
    {
        var method = Method.Of(configuration);
        int group = configuration.Rollout.Group;
        int main = method.Retraces ? group * (1 + configuration.Retracing.Samples)
            : method.CountsVotes ? Math.Max(configuration.Rollout.VoteSamples ?? group, group)
            : group;
        return main + method.SideSampleCount(configuration);
    }
}
