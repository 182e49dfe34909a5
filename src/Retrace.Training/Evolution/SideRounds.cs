using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>The rounds beside the maternal one and re-inference that a reward rule asks for; most ask for none.</summary>
/// <param name="Blind">What the question alone suggests.</param>
/// <param name="Start">What the start model answers.</param>
/// <param name="Teacher">What the averaged teacher answers.</param>
/// <param name="Judge">What the start model thinks of the trajectories.</param>
/// <param name="Rephrased">What the policy answers when it is asked in other words.</param>
internal sealed record SideRounds(
    BlindRound? Blind, ResponseRound? Start, ResponseRound? Teacher, JudgeRound? Judge, RephrasedRound? Rephrased)
{
    /// <summary>[problems] The samples of all rounds.</summary>
    /// <param name="maternal">[problems][samples] The maternal trajectories.</param>
    public SideSamples[] Sample(
        int step, IReadOnlyList<PreparedProblem> problems, Trajectory[][] maternal, CancellationToken cancellation)
    {
        Trajectory[][]? blind = Blind?.Sample(step, problems, cancellation);
        Trajectory[][]? start = Start?.Sample(step, problems, cancellation);
        Trajectory[][]? teacher = Teacher?.Sample(step, problems, cancellation);
        Judgement[][]? judged = Judge?.Judge(step, problems, maternal, cancellation);
        RephrasedSamples[]? rephrased = Rephrased?.Sample(step, problems, cancellation);
        return
        [
            .. Enumerable.Range(0, problems.Count).Select(place => new SideSamples
            {
                Blind = blind?[place] ?? [],
                Start = start?[place] ?? [],
                Teacher = teacher?[place] ?? [],
                Judged = judged?[place] ?? [],
                Rephrased = rephrased?[place].Responses ?? [],
                Rephrasing = rephrased?[place].Rephrasing,
            }),
        ];
    }
}
