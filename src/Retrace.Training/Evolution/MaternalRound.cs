using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models.Text;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The first round: n trajectories of each problem, from the clean image.</summary>
internal sealed class MaternalRound(
    IRolloutEngine engine, Tokenizer tokenizer, RunConfiguration configuration, SamplingSettings sampling)
{
    private readonly IAnswerExtraction _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);

    /// <summary>
    /// [problems][samples]. More than n where majority voting is to count more: those after the n-th vote, and are not
    /// trained on.
    /// </summary>
    /// <param name="batch">The problems, or this process's share of them.</param>
    /// <param name="first">The place of the first of them in the whole batch, by which draws are named.</param>
    public Trajectory[][] Sample(
        int step, IReadOnlyList<PreparedProblem> batch, CancellationToken cancellation, int first = 0)
    {
        int samples = configuration is { Method: "majority", Rollout.VoteSamples: int votes }
            ? Math.Max(votes, configuration.Rollout.Group)
            : configuration.Rollout.Group;
        RolloutRequest[] requests =
        [
            .. batch.Select((problem, place) => new RolloutRequest(
                problem.Prompt,
                problem.Images,
                configuration.Rollout.MaxResponseTokens,
                [.. Enumerable.Range(0, samples)
                    .Select(i => RandomStream.For(configuration.Seed, Purpose.Maternal, step, first + place, i))])),
        ];
        return
        [
            .. engine.Generate(requests, sampling, cancellation)
                .Select(group => group.Select(one => Trajectory.Read(one, tokenizer, _extraction)).ToArray()),
        ];
    }
}
