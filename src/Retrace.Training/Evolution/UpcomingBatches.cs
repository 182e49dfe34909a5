using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>A step's problems as the model reads them.</summary>
/// <param name="Problems">All of the step's.</param>
/// <param name="Perturbed">
/// [own problems][n] the images of the second round, perhaps still in the making; null where there is no such round.
/// </param>
internal sealed record PreparedBatch(PreparedProblem[] Problems, Task<PerturbedImages[][]>? Perturbed);

/// <summary>
/// The batch of each step: images decoded, perturbed and resized, and prompts encoded, on other threads while the step
/// before learns.
/// </summary>
/// <param name="perturb">Makes the images of a step's second round; null where there is none.</param>
internal sealed class UpcomingBatches(
    IReadOnlyList<Problem> problems,
    BatchSchedule schedule,
    ProblemPreparation preparation,
    Func<int, PreparedProblem[], PerturbedImages[][]>? perturb)
{
    private (int Step, Task<PreparedBatch> Batch)? _ahead;

    /// <summary>Begins with the batch of a step that will be asked for.</summary>
    public void Prepare(int step) => _ahead = (step, Task.Run(() => PrepareNow(step)));

    /// <summary>The batch of a step.</summary>
    /// <exception cref="BadInputException">As for <see cref="ProblemPreparation.Prepare"/>.</exception>
    public PreparedBatch Of(int step)
    {
        PreparedBatch batch = _ahead is (int prepared, Task<PreparedBatch> task) && prepared == step
            ? task.GetAwaiter().GetResult()
            : PrepareNow(step);
        _ahead = null;
        return batch;
    }

    private PreparedBatch PrepareNow(int step)
    {
        PreparedProblem[] batch = [.. schedule.Of(step).Select(i => preparation.Prepare(problems[i]))];
        return new PreparedBatch(batch, perturb is null ? null : Task.Run(() => perturb(step, batch)));
    }
}
