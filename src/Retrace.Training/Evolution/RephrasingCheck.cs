using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Refuses a run whose rule asks questions in other words, where neither the data nor the policy have any: on the first
/// problems of the run, before anything is learned.
/// </summary>
/// <param name="round">Asks for other words.</param>
/// <param name="preparation">Prepares the problems.</param>
/// <param name="data">The problems of the run.</param>
/// <param name="schedule">Decides which are first.</param>
internal sealed class RephrasingCheck(
    RephrasedRound round, ProblemPreparation preparation, UsableProblems data, BatchSchedule schedule)
{
    private const int Problems = 8;

    /// <exception cref="BadInputException">None of the problems could be put in other words.</exception>
    public void Run(CancellationToken cancellation)
    {
        PreparedProblem[] first =
            [.. schedule.Of(1).Take(Problems).Select(place => preparation.Prepare(data.Problems[place]))];
        if (round.Sample(step: 0, first, cancellation).All(one => one.Responses.Count == 0))
        {
            throw new BadInputException(
                $"The model puts none of the first {first.Length} questions in other words, which the reward rule needs, and "
                + "the data do not either; give them \"rephrased\", as retrace data make --rephrased does, or take a model "
                + "that follows instructions");
        }
    }
}
