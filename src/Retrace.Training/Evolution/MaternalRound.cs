using Retrace.Configuration;
using Retrace.Models.Text;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The first round: samples the maternal trajectories of each problem, from the clean image.</summary>
/// <param name="samples">Number of samples for each problem: n, or more if those after the n-th only vote.</param>
/// <param name="opening">What the prompts have begun the model's turn with.</param>
internal sealed class MaternalRound(
    IRolloutEngine engine,
    Tokenizer tokenizer,
    RunConfiguration configuration,
    SamplingSettings sampling,
    int samples,
    string opening = "")
{
    private readonly ResponseRound _round = new(
        engine,
        tokenizer,
        configuration,
        sampling,
        samples,
        (step, place, _, i) => RandomStream.For(configuration.Seed, Purpose.Maternal, step, place, i),
        opening);

    /// <inheritdoc cref="ResponseRound.Sample"/>
    public Trajectory[][] Sample(int step, IReadOnlyList<PreparedProblem> problems, CancellationToken cancellation) =>
        _round.Sample(step, problems, cancellation);
}
