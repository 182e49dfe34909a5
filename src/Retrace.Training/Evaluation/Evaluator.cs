using Retrace.Answers;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evaluation;

/// <summary>Measures a model on labeled problems.</summary>
/// <param name="model">What is measured.</param>
/// <param name="engine">Generates with it.</param>
/// <param name="preparation">Makes the prompts, as in training.</param>
/// <param name="settings">How responses are sampled.</param>
public sealed class Evaluator(
    VisionLanguageModel model, IRolloutEngine engine, ProblemPreparation preparation, ResponseSampling settings)
{
    private const int ProblemsAtOnce = 64;

    /// <summary>How answers are found in responses.</summary>
    public IAnswerExtraction Extraction { get; init; } = new BoxedExtraction();

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
            PreparedProblem[] prepared = [.. chunk.Select(pair => preparation.Prepare(pair.Item))];
            RolloutRequest[] requests =
            [
                .. prepared.Select((problem, i) => new RolloutRequest(
                    problem.Prompt,
                    problem.Images,
                    settings.MaxResponseTokens,
                    [.. Enumerable.Range(0, settings.Samples).Select(sample =>
                        RandomStream.For(settings.Seed, Purpose.Evaluation, chunk[i].Index, sample))])),
            ];
            Generation[][] responses =
                engine.Generate(
                    requests,
                    new SamplingSettings(settings.Temperature, settings.TopP) { Measure = false },
                    cancellation);
            graded.AddRange(prepared.Select((problem, i) =>
                Grade(problem.Problem, keys[problem.Problem.Id], responses[i])));
            onProblems?.Invoke(graded.Count);
        }
        return graded;
    }

    private GradedProblem Grade(Problem problem, AnswerKey key, Generation[] responses)
    {
        string[] texts = [.. responses.Select(one => model.Tokenizer.Decode(one.Content.ToArray()))];
        string?[] extracted = [.. texts.Select(Extraction.Extract)];
        int[] classes = AnswerClasses.Of(extracted, key.Equivalence);
        int goldClass = AnswerClasses.Find(key.Label, extracted, classes, key.Equivalence);
        return new GradedProblem(problem.Id, problem.Category, key.Label, texts, extracted, classes, goldClass);
    }
}
