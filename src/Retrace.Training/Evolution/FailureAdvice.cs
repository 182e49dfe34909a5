using System.Globalization;
using Retrace.Configuration;
using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>What to do about a NaN or infinite value, so that the resumed run does not come to it again.</summary>
internal static class FailureAdvice
{
    /// <summary>
    /// The failure with its advice. A checkpoint from which not even one step succeeds is moved out of the way: lower
    /// settings cannot change what its weights compute, and an earlier checkpoint only costs time.
    /// </summary>
    /// <param name="failure">What happened.</param>
    /// <param name="hasLearned">Whether a whole step has been learned since the latest checkpoint or the start.</param>
    /// <param name="hasResumed">
    /// Whether this is the first step since the run was resumed, so that advice was taken.
    /// </param>
    public static TrainingFailedException Of(
        NotFiniteException failure,
        bool hasLearned,
        bool hasResumed,
        LoopCheckpoints checkpoints,
        RunConfiguration configuration)
    {
        string? latest = checkpoints.FindLatest();
        if (hasLearned || failure.IsByUpdate || (failure.IsAfterUpdate && (latest is null || !hasResumed)))
        {
            return new TrainingFailedException($"{failure.Message}; {Resume(checkpoints, configuration)}", failure);
        }
        if (latest is null)
        {
            return new TrainingFailedException(
                $"{failure.Message}, before anything was learned: the model itself computes it; begin a run in another "
                + "folder with --set model.dtype=fp32, where that is another number format, or with another model.",
                failure);
        }
        string keptAs = checkpoints.SetLatestAside();
        return new TrainingFailedException(
            $"{failure.Message}, in the first step from {latest}, which is therefore kept as {keptAs} and not gone on "
            + "from; "
            + Resume(checkpoints, configuration),
            failure);
    }

    private static string Resume(LoopCheckpoints checkpoints, RunConfiguration configuration)
    {
        string from = checkpoints.FindLatest() is string checkpoint
            ? $"--resume goes on from the latest checkpoint, {checkpoint}"
            : "there is no checkpoint to go on from, so --resume begins anew";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{from}; give it a smaller learn.learning_rate than {configuration.Learning.LearningRate} or a smaller "
            + $"learn.max_grad_norm than {configuration.Learning.MaxGradNorm} by --set.");
    }
}
