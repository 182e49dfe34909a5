using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Names the random numbers of a sample.</summary>
/// <param name="place">The problem's place in the step's batch.</param>
/// <param name="sample">The sample's place among the problem's.</param>
internal delegate Random ResponseStream(int step, int place, Problem problem, int sample);

/// <summary>
/// Samples whole responses to each problem, from the clean image: with the policy, or with another model.
/// </summary>
/// <param name="samples">Number of samples for each problem.</param>
/// <param name="opening">What the prompts have begun the model's turn with.</param>
internal sealed class ResponseRound(
    IRolloutEngine engine,
    Tokenizer tokenizer,
    RunConfiguration configuration,
    SamplingSettings sampling,
    int samples,
    ResponseStream stream,
    string opening = "")
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
                [.. Enumerable.Range(0, samples).Select(i => stream(step, place, problem.Problem, i))])),
        ];
        return
        [
            .. engine.Generate(requests, sampling, cancellation)
                .Select(group => group.Select(one =>
                    Trajectory.Read(one, tokenizer, _extraction) with { Opening = opening }).ToArray()),
        ];
    }
}
