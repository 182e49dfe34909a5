using Retrace.Problems;
using Retrace.Training.Data;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// The problems of each step with images and prompts, prepared on another thread while the step before learns.
/// </summary>
internal sealed class UpcomingBatches(
    IReadOnlyList<Problem> problems, BatchSchedule schedule, ProblemPreparation preparation)
{
    private (int Step, Task<PreparedProblem[]> Batch)? _ahead;

    /// <summary>Begins with the batch of a step that will be asked for.</summary>
    public void Prepare(int step) => _ahead = (step, Task.Run(() => PrepareNow(step)));

    /// <summary>The batch of a step.</summary>
    /// <exception cref="BadInputException">As for <see cref="ProblemPreparation.Prepare"/>.</exception>
    public PreparedProblem[] Of(int step)
    {
        PreparedProblem[] batch = _ahead is (int prepared, Task<PreparedProblem[]> task) && prepared == step
            ? task.GetAwaiter().GetResult()
            : PrepareNow(step);
        _ahead = null;
        return batch;
    }

    private PreparedProblem[] PrepareNow(int step) =>
        [.. schedule.Of(step).Select(i => preparation.Prepare(problems[i]))];
}
