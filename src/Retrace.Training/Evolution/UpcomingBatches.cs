using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>A step's problems as the model reads them.</summary>
/// <param name="Problems">[problems]</param>
/// <param name="Perturbed">
/// [problems][n] the images of the second round, perhaps still in the making; empty where there is no such round.
/// </param>
internal sealed record StepBatch(PreparedProblem[] Problems, PerturbedImages[][] Perturbed);

/// <summary>
/// The batch of each step: images decoded, perturbed and resized, and prompts encoded, on other threads while the step
/// before learns.
/// </summary>
/// <param name="steps">Of the whole run; there is no batch behind the last one's.</param>
/// <param name="perturb">The images of a step's second round; null where there is none.</param>
/// <param name="share">The part of a batch whose perturbed images this process will read, of how many problems.</param>
internal sealed class UpcomingBatches(
    IReadOnlyList<Problem> problems,
    BatchSchedule schedule,
    int steps,
    ProblemPreparation preparation,
    Func<int, PreparedProblem[], PerturbedImages[][]>? perturb,
    Func<int, Range> share)
{
    private (int Step, Task<StepBatch> Batch)? _ahead;

    /// <summary>Begins with the batch of a step that will be asked for.</summary>
    public void Prepare(int step) => _ahead = step <= steps ? (step, Task.Run(() => PrepareNow(step))) : null;

    /// <summary>The batch of a step.</summary>
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
        // What fails here fails again for whoever reads the images.
        _ = Task.Run(() => PerturbedImages.MakeAll(own));
        return new StepBatch(batch, perturbed);
    }
}
