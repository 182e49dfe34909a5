using Retrace.Runs;

namespace Retrace.Testing;

/// <summary>The metrics that the clock and the machine decide, so that no two runs agree about them.</summary>
internal static class MeasuredMetrics
{
    /// <summary>Their keys in metrics.jsonl.</summary>
    public static readonly string[] Keys =
    [
        "rollout_seconds", "learn_seconds", "step_seconds", "sampling_seconds", "reinference_seconds", "perturbing_seconds",
        "waiting_seconds", "publish_seconds", "tokens_per_second", "learned_tokens_per_second", "decoding_sequences",
        "decoding_fixed_share", "pass_tokens", "passes_per_update", "pass_fixed_share", "server_busy_seconds", "cost_hints",
        "peak_memory_bytes",
    ];

    /// <summary>A step without them.</summary>
    public static StepMetrics Without(StepMetrics metrics) => metrics with
    {
        RolloutSeconds = null,
        LearnSeconds = null,
        StepSeconds = null,
        SamplingSeconds = null,
        ReinferenceSeconds = null,
        PerturbingSeconds = null,
        WaitingSeconds = null,
        PublishSeconds = null,
        TokensPerSecond = null,
        LearnedTokensPerSecond = null,
        DecodingSequences = null,
        DecodingFixedShare = null,
        PassTokens = null,
        PassesPerUpdate = null,
        PassFixedShare = null,
        ServerBusySeconds = null,
        CostHints = null,
        PeakMemoryBytes = null,
    };
}
