using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The samples for a problem in other words.</summary>
/// <param name="Rephrasing">What the policy answered when it was asked for them; null where the data have them.</param>
/// <param name="Responses">The responses to the problem in other words; empty where there are no such words.</param>
internal sealed record RephrasedSamples(Trajectory? Rephrasing, IReadOnlyList<Trajectory> Responses);

/// <summary>
/// Asks each problem in other words: those of the data, or else of the policy. The samples count for the reward and are
/// never trained on.
/// </summary>
internal sealed class RephrasedRound
{
    private readonly IRolloutEngine _engine;
    private readonly VisionLanguageModel _model;
    private readonly RunConfiguration _configuration;
    private readonly SamplingSettings _sampling;
    private readonly IAnswerExtraction _extraction;
    private readonly Rephrasing _rephrasing;

    public RephrasedRound(
        IRolloutEngine engine, VisionLanguageModel model, RunConfiguration configuration, SamplingSettings sampling)
    {
        _engine = engine;
        _model = model;
        _configuration = configuration;
        _sampling = sampling.Unmeasured; // They are not learned from.
        _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        _rephrasing = new Rephrasing(
            new ProblemPreparation(model, configuration.Data with { Instruction = "" }),
            new ProblemPreparation(model, configuration.Data));
    }

    /// <summary>[problems] y ~ π(· | v, q′), n samples of each.</summary>
    public RephrasedSamples[] Sample(
        int step, IReadOnlyList<PreparedProblem> problems, CancellationToken cancellation)
    {
        Trajectory?[] rephrasings = Ask(step, problems, cancellation);
        PreparedProblem?[] rephrased =
            [.. problems.Zip(rephrasings, (problem, one) => _rephrasing.Of(problem, one?.Text))];
        Queue<Generation[]> generations = new(_engine.Generate(
            [
                .. rephrased.Index().Where(one => one.Item is not null).Select(one => new RolloutRequest(
                    one.Item!.Prompt,
                    one.Item.Images,
                    _configuration.Rollout.MaxResponseTokens,
                    [.. Enumerable.Range(0, _configuration.Rollout.Group)
                        .Select(i => RandomStream.For(_configuration.Seed, Purpose.Rephrased, step, one.Index, i))])),
            ],
            _sampling,
            cancellation));
        return
        [
            .. rephrasings.Zip(rephrased, (rephrasing, problem) => new RephrasedSamples(
                rephrasing, problem is null ? [] : Array.ConvertAll(generations.Dequeue(), Read))),
        ];
    }

    // [problems] what the policy answers to those for which the data have no other words; null for the others.
    private Trajectory?[] Ask(int step, IReadOnlyList<PreparedProblem> problems, CancellationToken cancellation)
    {
        (int Place, int[] Prompt)[] asked =
        [
            .. problems.Index().Where(one => one.Item.Problem.Rephrased is null)
                .Select(one => (one.Index, _rephrasing.PromptFor(one.Item)!)).Where(one => one.Item2 is not null),
        ];
        Generation[][] generations = _engine.Generate(
            Array.ConvertAll(asked, one => new RolloutRequest(
                one.Prompt,
                problems[one.Place].Images,
                _configuration.Rollout.MaxResponseTokens,
                [RandomStream.For(_configuration.Seed, Purpose.Rephrasing, step, one.Place)])),
            _sampling,
            cancellation);
        Trajectory?[] rephrasings = new Trajectory?[problems.Count];
        foreach (((int place, int[] _), Generation[] samples) in asked.Zip(generations))
        {
            rephrasings[place] = Read(samples[0]);
        }
        return rephrasings;
    }

    private Trajectory Read(Generation generation) => Trajectory.Read(generation, _model.Tokenizer, _extraction);
}
