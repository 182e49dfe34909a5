using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Measurement;

/// <summary>Samples a model's responses to labeled problems and grades them.</summary>
/// <param name="model">The model to evaluate.</param>
/// <param name="engine">The engine that generates with the model.</param>
/// <param name="preparation">Makes prompts of problems, as in training.</param>
/// <param name="settings">How responses are sampled, and how many.</param>
public sealed class Evaluator(
    VisionLanguageModel model, IRolloutEngine engine, ProblemPreparation preparation, ResponseSampling settings)
{
    /// <summary>
    /// Number of problems whose responses are sampled together. Random numbers do not depend on it, but the batch
    /// affects rounding, which can change a token; so a resumed evaluation samples the same problems together.
    /// </summary>
    internal const int ProblemsAtOnce = 64;

    /// <summary>How answers are found in responses.</summary>
    public IAnswerExtraction Extraction { get; init; } = new BoxedExtraction();

    /// <summary>Creates an evaluator from a configuration.</summary>
    public static Evaluator Of(
        VisionLanguageModel model, IRolloutEngine engine, ProblemPreparation preparation, RunConfiguration configuration) =>
        new(model, engine, preparation, ResponseSampling.OfEvaluation(configuration))
        {
            Extraction = AnswerExtractions.Create(configuration.Reward.Extraction),
        };

    /// <summary>Samples and grades responses to every problem.</summary>
    /// <param name="problems">Problems that <see cref="ProblemPreparation.Screen"/> accepts.</param>
    /// <param name="keys">Answer keys by problem id; problems without a key are skipped.</param>
    /// <param name="onProblems">Called with the number of problems done so far.</param>
    /// <param name="share">Which of the problems with a key to take, by index; null: all.</param>
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
            graded.AddRange(asked.Zip(responses, (problem, sampled) => Grade(problem, keys[problem.Id], sampled)));
            onProblems?.Invoke(graded.Count);
        }
        return graded;
    }

    /// <summary>Grades the model's responses to a problem.</summary>
    /// <param name="problem">The problem that was asked.</param>
    /// <param name="key">The problem's gold answer and when answers equal it.</param>
    /// <param name="responses">[k] The responses, at least one.</param>
    public GradedProblem Grade(Problem problem, AnswerKey key, IReadOnlyList<SampledResponse> responses) =>
        GradedProblem.Of(problem, key, responses, Extraction) with { Opening = model.Chat.Opening };

    /// <summary>Samples responses to a batch of problems.</summary>
    /// <param name="problems">Consecutive problems of an evaluation.</param>
    /// <param name="first">
    /// Index of the first problem in the whole evaluation, from which random streams follow.
    /// </param>
    /// <param name="perturbation">
    /// Perturbs each image once, for all k responses; null: images stay clean. Tokens are sampled with the same random
    /// numbers either way, so that only the images differ.
    /// </param>
    /// <returns>[problems][k]</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
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
        Generation[][] generated = engine.Generate(
            requests,
            new SamplingSettings(settings.Temperature, settings.TopP) { Measure = false },
            cancellation);
        FreedMemory.GiveBack(); // Of these problems' images and cache, whose sizes are not those of the next ones.
        return Array.ConvertAll(generated, samples => Array.ConvertAll(samples, one =>
            new SampledResponse(model.Tokenizer.Decode(one.Content.ToArray()), one.Tokens.Length, one.Stopped)));
    }
}
