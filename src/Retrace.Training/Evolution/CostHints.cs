using System.Globalization;
using Retrace.Runs;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>What a step's measured numbers say about settings that cost time. Each hint is a function of the numbers.</summary>
internal static class CostHints
{
    // Of the step. Below, the most that a setting could win is lost in what steps differ by.
    private const double WorthMentioning = 0.25;

    private const double MostlyFixed = 0.5; // Twice as many sequences then take half as long again, or less.
    private const double PartlyFixed = 0.3; // Passes twice as large then save a seventh, or more.
    private const double Busy = 0.75;       // Of the time of sampling.
    private const double Idle = 0.5;        // Of the step.

    /// <summary>
    /// Whether so few sequences are decoded together that more would cost little; null where not, or where that is unknown.
    /// </summary>
    /// <param name="load">What was measured; null: nothing.</param>
    /// <param name="metrics">The step's times.</param>
    /// <param name="atOnce">How many sequences are decoded together at most.</param>
    public static CostHint? OfDecoding(DecodingLoad? load, StepMetrics metrics, int atOnce)
    {
        if (load?.FixedShare is not double fixedShare
            || fixedShare < MostlyFixed
            || ShareOf(metrics.SamplingSeconds + metrics.ReinferenceSeconds, metrics) < WorthMentioning)
        {
            return null;
        }
        string measured = Invariant($"{100 * fixedShare:0} % of the time of a decoding step, of {load.Sequences:0.#} sequences in the mean, ")
            + "does not depend on their number";
        return load.IsFull
            ? new CostHint(
                "rollout.max_batch_sequences",
                Invariant($"rollout.max_batch_sequences is small for this device at {atOnce:#,0}: ")
                + $"{measured}, and others wait for a place")
            : new CostHint(
                "data.batch",
                $"the batch is small for this device: {measured}; "
                + "a larger data.batch or rollout.group would cost little more");
    }

    /// <summary>
    /// Whether learning goes in so small passes that larger ones would save much; null where not, or where that is unknown.
    /// </summary>
    /// <param name="load">What was measured; null: nothing.</param>
    /// <param name="metrics">The step's times.</param>
    /// <param name="atOnce">How many tokens are in a pass at most.</param>
    public static CostHint? OfPasses(PassLoad? load, StepMetrics metrics, int atOnce)
    {
        if (load?.FixedShare is not double fixedShare
            || fixedShare < PartlyFixed
            || load.PerUpdate < 2
            || ShareOf(metrics.LearnSeconds, metrics) < WorthMentioning)
        {
            return null;
        }
        return new CostHint(
            "learn.micro_batch_tokens",
            Invariant($"learn.micro_batch_tokens is small for this device at {atOnce:#,0}: ")
            + Invariant($"{100 * fixedShare:0} % of the time of a pass, of {load.Tokens:#,0} tokens in the mean, does not depend on their ")
            + "number; passes twice as large, where memory has room, "
            + Invariant($"would save some {100 * fixedShare / 2:0} % of learning"));
    }

    /// <summary>
    /// Whether servers have nothing to do, while samples are asked for or for most of the step; null where neither.
    /// </summary>
    /// <param name="load">What was measured; null: nothing.</param>
    /// <param name="metrics">The step's times.</param>
    public static CostHint? OfServers(ServerLoad? load, StepMetrics metrics)
    {
        if (load is null || load.Sampling <= TimeSpan.Zero)
        {
            return null;
        }
        double idleOfSampling = 1 - (load.Busy / load.Sampling);
        if (idleOfSampling > 1 - Busy && ShareOf(load.Sampling.TotalSeconds, metrics) >= WorthMentioning)
        {
            return new CostHint(
                "rollout.samples_per_request",
                Invariant($"rollout.servers have nothing to do for {100 * idleOfSampling:0} % of the time of sampling, ")
                + Invariant($"in the mean of {load.Servers}: smaller requests (rollout.samples_per_request) or a larger ")
                + "data.batch would share the work out better");
        }
        double step = (metrics.StepSeconds ?? 0) + (metrics.PublishSeconds ?? 0);
        double idle = step - load.Busy.TotalSeconds;
        return idle <= Idle * step
            ? null
            : new CostHint(
                "rollout.servers",
                Invariant($"rollout.servers stand idle for {100 * idle / step:0} % of a step, {idle:0.0} s of {step:0.0}, ")
                + Invariant($"in the mean of {load.Servers}, while this job learns and hands the weights over: ")
                + "fewer of them would do, or more processes that learn");
    }

    private static double ShareOf(double? seconds, StepMetrics metrics) => seconds / metrics.StepSeconds ?? 0;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
