using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// What a step cost: where its time went, how well its batches were used, and which settings cost more than need be.
/// </summary>
internal static class StepCosts
{
    /// <summary>Adds the numbers of cost to a step's metrics.</summary>
    /// <param name="metrics">The metrics, with the step's times.</param>
    /// <param name="times">Where the step's time went.</param>
    /// <param name="learned">What learning measured.</param>
    /// <param name="load">What the engine measured; null where it does not.</param>
    /// <param name="publishing">How long it took after the step until the engine had the new weights.</param>
    public static StepMetrics AddTo(
        StepMetrics metrics,
        StepTimes times,
        LearningStatistics learned,
        RolloutLoad? load,
        TimeSpan publishing,
        RunConfiguration configuration)
    {
        StepMetrics measured = metrics with
        {
            SamplingSeconds = times.Sampling.TotalSeconds,
            ReinferenceSeconds = times.Reinference.TotalSeconds,
            PerturbingSeconds = times.Perturbing.TotalSeconds,
            WaitingSeconds = times.Waiting.TotalSeconds,
            PublishSeconds = load?.Servers is null ? null : publishing.TotalSeconds,
            LearnedTokensPerSecond = learned.Tokens / times.Learning.TotalSeconds,
            DecodingSequences = load?.Decoding?.Sequences,
            DecodingFixedShare = load?.Decoding?.FixedShare,
            PassTokens = learned.Passes?.Tokens,
            PassesPerUpdate = learned.Passes?.PerUpdate,
            PassFixedShare = learned.Passes?.FixedShare,
            ServerBusySeconds = load?.Servers?.Busy.TotalSeconds,
        };
        CostHint?[] hints =
        [
            CostHints.OfDecoding(load?.Decoding, measured, configuration.Rollout.SequencesAtOnce),
            CostHints.OfPasses(learned.Passes, measured, configuration.Learning.TokensAtOnce),
            CostHints.OfServers(load?.Servers, measured),
        ];
        return measured with { CostHints = [.. hints.OfType<CostHint>()] };
    }
}
