using Retrace.Configuration;
using Retrace.Models.Network;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Chooses how much is computed at once where the settings leave it open: each of <c>rollout.max_batch_sequences</c>,
/// <c>rollout.prefill_tokens</c> and <c>learn.micro_batch_tokens</c> that is null becomes the largest number with which
/// the phase that it bounds fits, by the plan of memory.
/// </summary>
/// <remarks>
/// Numbers are halved from the most that is of use. On the CPU that is the usual ones, beyond which nothing gets faster
/// (docs/performance.md); on a GPU it is four times as much.
/// </remarks>
public static class SizesByMemory
{
    // Of the memory that is available. Plans have been off by up to 15 % (docs/memory.md).
    private const double Share = 0.8;

    /// <summary>The settings with all three numbers.</summary>
    /// <param name="config">The model's configuration, which gives its sizes.</param>
    /// <param name="configuration">The run's settings.</param>
    /// <param name="largestPrompt">The size of the largest prompt.</param>
    /// <param name="available">Bytes that the process can have; null: unknown, and the usual numbers are taken.</param>
    /// <param name="processes">Number of processes that train together.</param>
    public static RunConfiguration Choose(
        ModelConfig config,
        RunConfiguration configuration,
        PromptSize largestPrompt,
        long? available,
        int processes = 1)
    {
        RunConfiguration usual = With(
            configuration,
            configuration.Rollout.SequencesAtOnce,
            configuration.Rollout.PromptTokensAtOnce,
            configuration.Learning.TokensAtOnce);
        if (available is not long bytes || usual == configuration)
        {
            return usual;
        }
        int scale = configuration.Model.Device == "cpu" ? 1 : 4;
        // Sequences first, with as little prefill as there can be beside them.
        int sequences = configuration.Rollout.MaxBatchSequences ?? Largest(
            scale * usual.Rollout.SequencesAtOnce,
            size => Fits(
                With(usual, size, prefill: 1, usual.Learning.TokensAtOnce), MemoryPhase.Prefill, MemoryPhase.Sampling));
        int prefill = configuration.Rollout.PrefillTokens ?? Largest(
            scale * usual.Rollout.PromptTokensAtOnce,
            size => Fits(With(usual, sequences, size, usual.Learning.TokensAtOnce), MemoryPhase.Prefill));
        int microBatch = configuration.Learning.MicroBatchTokens ?? Largest(
            scale * usual.Learning.TokensAtOnce,
            size => Fits(With(usual, sequences, prefill, size), MemoryPhase.Learning));
        return With(usual, sequences, prefill, microBatch);

        bool Fits(RunConfiguration settings, params IEnumerable<MemoryPhase> phases)
        {
            var plan = MemoryPlan.Within(available, config, settings, largestPrompt, processes);
            return phases.All(phase => plan.PeakIn(phase) <= Share * bytes);
        }
    }

    /// <summary>What was chosen, as settings such as <c>learn.micro_batch_tokens=2048</c>.</summary>
    /// <param name="given">The settings before.</param>
    /// <param name="chosen">The settings after.</param>
    public static IReadOnlyList<string> Chosen(RunConfiguration given, RunConfiguration chosen)
    {
        List<string> settings = [];
        Add("rollout.max_batch_sequences", given.Rollout.MaxBatchSequences, chosen.Rollout.SequencesAtOnce);
        Add("rollout.prefill_tokens", given.Rollout.PrefillTokens, chosen.Rollout.PromptTokensAtOnce);
        Add("learn.micro_batch_tokens", given.Learning.MicroBatchTokens, chosen.Learning.TokensAtOnce);
        return settings;

        void Add(string key, int? before, int after)
        {
            if (before is null)
            {
                settings.Add(FormattableString.Invariant($"{key}={after}"));
            }
        }
    }

    private static int Largest(int most, Func<int, bool> fits)
    {
        int size = most;
        while (size > 1 && !fits(size))
        {
            size /= 2;
        }
        return size;
    }

    private static RunConfiguration With(RunConfiguration settings, int sequences, int prefill, int microBatch) =>
        settings with
        {
            Rollout = settings.Rollout with { MaxBatchSequences = sequences, PrefillTokens = prefill },
            Learning = settings.Learning with { MicroBatchTokens = microBatch },
        };
}
