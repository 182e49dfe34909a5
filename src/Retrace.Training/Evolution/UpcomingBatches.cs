using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>The problems of a step, ready for the model.</summary>
/// <param name="Problems">[problems] The prepared problems.</param>
/// <param name="Perturbed">
/// [problems][n] The images of the second round, computed on first use; empty if there is no second round.
/// </param>
internal sealed record StepBatch(PreparedProblem[] Problems, PerturbedImages[][] Perturbed)
{
    /// <summary>The perturbed images that this process will read, which other threads make meanwhile.</summary>
    public IReadOnlyList<PerturbedImages> Own { get; init; } = [];

    /// <summary>Waits until the images that this process will read have been made.</summary>
    /// <exception cref="BadInputException">An image cannot be used.</exception>
    public void AwaitPerturbed()
    {
        foreach (PerturbedImages images in Own)
        {
            _ = images.Patches.Value;
        }
    }
}

/// <summary>
/// Prepares the batch of each step on other threads while the previous step learns: decodes, perturbs and resizes
/// images, and encodes prompts.
/// </summary>
/// <param name="steps">Number of steps in the whole run, after which no batch is prepared.</param>
/// <param name="perturb">Makes the images of a step's second round; null if there is no second round.</param>
/// <param name="share">Given the number of problems, the range whose perturbed images this process will read.</param>
internal sealed class UpcomingBatches(
    IReadOnlyList<Problem> problems,
    BatchSchedule schedule,
    int steps,
    ProblemPreparation preparation,
    Func<int, PreparedProblem[], PerturbedImages[][]>? perturb,
    Func<int, Range> share)
{
    private (int Step, Task<StepBatch> Batch)? _ahead;

    /// <summary>Starts to prepare the batch of a later step.</summary>
    public void Prepare(int step) => _ahead = step <= steps ? (step, Task.Run(() => PrepareNow(step))) : null;

    /// <summary>Returns the batch of a step, prepared earlier or now.</summary>
    /// <exception cref="BadInputException">As for <see cref="ProblemPreparation.Prepare"/>.</exception>
    public StepBatch Of(int step)
    {
        StepBatch batch = _ahead is (int prepared, Task<StepBatch> task) && prepared == step
            ? task.GetAwaiter().GetResult()
            : PrepareNow(step);
        _ahead = null;
        return batch;
    }

    private StepBatch PrepareNow(int step)
    {
        PreparedProblem[] batch = [.. schedule.Of(step).Select(i => preparation.Prepare(problems[i]))];
        PerturbedImages[][] perturbed = perturb?.Invoke(step, batch) ?? [];
        PerturbedImages[] own = [.. perturbed.Take(share(perturbed.Length)).SelectMany(images => images)];
        // Failures are not observed here: they are thrown again when the images are read.
        _ = Task.Run(() => PerturbedImages.MakeAll(own, CancellationToken.None));
        return new StepBatch(batch, perturbed) { Own = own };
    }
}
