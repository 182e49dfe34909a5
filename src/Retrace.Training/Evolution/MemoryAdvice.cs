using System.Globalization;
using Retrace.Configuration;
using Retrace.Models.Native;
using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>What to do when memory is exhausted in the middle of a run.</summary>
internal static class MemoryAdvice
{
    /// <summary>The failure in one sentence: where it happened, what a resume goes on from, and which setting to lower.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="memory">Whose memory is exhausted.</param>
    /// <param name="step">The step at which it happened; 0 before the first.</param>
    /// <param name="stage">The stage of the step.</param>
    /// <param name="latestCheckpoint">The folder of the latest checkpoint; null where there is none.</param>
    public static TrainingFailedException Of(
        Exception failure,
        MemoryExhaustion memory,
        int step,
        string stage,
        string? latestCheckpoint,
        RunConfiguration configuration)
    {
        string from = latestCheckpoint is null
            ? "there is no checkpoint to go on from, so --resume begins anew"
            : $"--resume goes on from the latest checkpoint, {latestCheckpoint}";
        return new TrainingFailedException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{memory.Complaint} in step {step}, {stage}; {from}; "
                + $"give it a smaller {SettingOf(stage, configuration)} by --set."),
            failure);
    }

    private static string SettingOf(string stage, RunConfiguration configuration)
    {
        RolloutSettings rollout = configuration.Rollout;
        return stage == CsrsStep.LearningStage
            ? string.Create(
                CultureInfo.InvariantCulture, $"learn.micro_batch_tokens than {configuration.Learning.TokensAtOnce}")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"rollout.max_batch_sequences than {rollout.SequencesAtOnce} or a smaller rollout.prefill_tokens than "
                + $"{rollout.PromptTokensAtOnce}");
    }
}
