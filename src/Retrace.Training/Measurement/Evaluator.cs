using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Measurement;

/// <summary>Measures a model on labeled problems.</summary>
/// <param name="model">What is measured.</param>
/// <param name="engine">Generates with it.</param>
/// <param name="preparation">Makes the prompts, as in training.</param>
/// <param name="settings">How responses are sampled.</param>
public sealed class Evaluator(
    VisionLanguageModel model, IRolloutEngine engine, ProblemPreparation preparation, ResponseSampling settings)
{
    /// <summary>
    /// How many problems are drawn together. Random numbers do not depend on it; but the rows of a batch can tip a token
    /// among them where numbers are short, so an evaluation that goes on draws the same problems together.
    /// </summary>
    internal const int ProblemsAtOnce = 64;

    /// <summary>How answers are found in responses.</summary>
    public IAnswerExtraction Extraction { get; init; } = new BoxedExtraction();

    /// <summary>An evaluator as a configuration describes it.</summary>
    public static Evaluator Of(
        VisionLanguageModel model, IRolloutEngine engine, ProblemPreparation preparation, RunConfiguration configuration) =>
        new(model, engine, preparation, ResponseSampling.OfEvaluation(configuration))
        {
            Extraction = AnswerExtractions.Create(configuration.Reward.Extraction),
        };

    /// <summary>Samples and grades responses to every problem.</summary>
    /// <param name="problems">Usable ones (<see cref="ProblemPreparation.Screen"/>).</param>
    /// <param name="keys">What is right, by problem id; problems without a key are left out.</param>
    /// <param name="onProblems">Called with how many problems have been done.</param>
    /// <param name="share">Which of those with an answer to take, by their places; null: all.</param>
    public IReadOnlyList<GradedProblem> Evaluate(
        IReadOnlyList<Problem> problems,
        IReadOnlyDictionary<string, AnswerKey> keys,
        CancellationToken cancellation,
        Action<int>? onProblems = null,
        Range? share = null)
    {
        List<GradedProblem> graded = [];
        foreach ((int Index, Problem Item)[] chunk in problems
            .Where(problem => keys.ContainsKey(problem.Id))
            .Index()
            .Take(share ?? Range.All)
            .Chunk(ProblemsAtOnce))
        {
            Problem[] asked = [.. chunk.Select(pair => pair.Item)];
            SampledResponse[][] responses = Sample(asked, chunk[0].Index, perturbation: null, cancellation);
            graded.AddRange(asked.Zip(responses, (problem, drawn) =>
                GradedProblem.Of(problem, keys[problem.Id], drawn, Extraction)));
            onProblems?.Invoke(graded.Count);
        }
        return graded;
    }

    /// <summary>Samples responses to problems that are drawn together.</summary>
    /// <param name="problems">Of an evaluation, one after another.</param>
    /// <param name="first">The place of the first in the whole evaluation, by which draws are named.</param>
    /// <param name="perturbation">
    /// Changes each image once, for all k responses; null: images are shown as they are. Tokens are drawn with the same
    /// random numbers either way, so that a difference is the image's.
    /// </param>
    /// <returns>[problems][k]</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public SampledResponse[][] Sample(
        IReadOnlyList<Problem> problems, int first, PerturbationChoice? perturbation, CancellationToken cancellation)
    {
        PreparedProblem[] prepared = [.. problems.Select(preparation.Prepare)];
        if (perturbation is not null)
        {
            IImagePerturbation change = perturbation.Create();
            Parallel.For(0, prepared.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            {
                Random random = RandomStream.For(settings.Seed, Purpose.EvaluationPerturbation, first + i);
                PreparedProblem problem = prepared[i];
                prepared[i] = problem with
                {
                    Images = [.. problem.Pixels.Select(pixels => model.Images.Process(change.Apply(pixels, random)))],
                };
            });
        }
        RolloutRequest[] requests =
        [
            .. prepared.Select((problem, i) => new RolloutRequest(
                problem.Prompt,
                problem.Images,
                settings.MaxResponseTokens,
                [.. Enumerable.Range(0, settings.Samples).Select(sample =>
                    RandomStream.For(settings.Seed, Purpose.Evaluation, first + i, sample))])),
        ];
        Generation[][] drawn = engine.Generate(
            requests,
            new SamplingSettings(settings.Temperature, settings.TopP) { Measure = false },
            cancellation);
        return Array.ConvertAll(drawn, samples => Array.ConvertAll(samples, one =>
            new SampledResponse(model.Tokenizer.Decode(one.Content.ToArray()), one.Tokens.Length, one.Stopped)));
    }
}
