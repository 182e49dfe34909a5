using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models.Text;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The first round: samples the maternal trajectories of each problem, from the clean image.</summary>
/// <param name="samples">Number of samples for each problem: n, or more if those after the n-th only vote.</param>
internal sealed class MaternalRound(
    IRolloutEngine engine, Tokenizer tokenizer, RunConfiguration configuration, SamplingSettings sampling, int samples)
{
    private readonly IAnswerExtraction _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);

    /// <summary>[problems][samples] y ~ π(· | v, q)</summary>
    public Trajectory[][] Sample(int step, IReadOnlyList<PreparedProblem> problems, CancellationToken cancellation)
    {
        RolloutRequest[] requests =
        [
            .. problems.Select((problem, place) => new RolloutRequest(
                problem.Prompt,
                problem.Images,
                configuration.Rollout.MaxResponseTokens,
                [.. Enumerable.Range(0, samples)
                    .Select(i => RandomStream.For(configuration.Seed, Purpose.Maternal, step, place, i))])),
        ];
        return
        [
            .. engine.Generate(requests, sampling, cancellation)
                .Select(group => group.Select(one => Trajectory.Read(one, tokenizer, _extraction)).ToArray()),
        ];
    }
}
