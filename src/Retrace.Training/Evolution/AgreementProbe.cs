using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Answers a small fixed set of problems from their clean and from their perturbed images, by the likeliest tokens: a
/// model that reads its images answers both alike, and one that has lost them need not.
/// </summary>
internal sealed class AgreementProbe
{
    private static readonly SamplingSettings Likeliest = new(Temperature: 0) { Measure = false };

    private readonly IRolloutEngine _engine;
    private readonly VisionLanguageModel _model;
    private readonly RunConfiguration _configuration;
    private readonly IAnswerExtraction _extraction;
    private readonly IAnswerEquivalence _equivalence;
    private readonly IReadOnlyList<PreparedProblem> _problems;
    private readonly IReadOnlyList<IReadOnlyList<ProcessedImage>> _perturbed; // [problems], the same at every step.

    /// <param name="engine">The engine of all processes.</param>
    /// <param name="problems">The problems of the run, of which the first ones with an image are taken.</param>
    /// <param name="equivalence">Decides which answers are equal.</param>
    public AgreementProbe(
        IRolloutEngine engine,
        VisionLanguageModel model,
        RunConfiguration configuration,
        IReadOnlyList<Problem> problems,
        IAnswerEquivalence equivalence)
    {
        _engine = engine;
        _model = model;
        _configuration = configuration;
        _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        _equivalence = equivalence;
        var preparation = new ProblemPreparation(model, configuration.Data);
        _problems =
        [
            .. problems.Where(problem => problem.Images.Count > 0).Take(configuration.Guard.ProbeProblems)
                .Select(preparation.Prepare),
        ];
        _perturbed =
        [
            .. VisualPerturbation.Of(configuration, model.Images).Of(step: 0, _problems, trajectories: 1)
                .Select(images => images[0].Patches.Value),
        ];
    }

    /// <summary>
    /// The share of the problems whose two answers are equal; one without an answer to either counts as unequal. Null
    /// where no problem has an image.
    /// </summary>
    /// <exception cref="RolloutFailedException">No server is left.</exception>
    public double? Measure()
    {
        if (_problems.Count == 0)
        {
            return null;
        }
        RolloutRequest[] requests =
        [
            .. _problems.Select(problem => RequestOf(problem, problem.Images)),
            .. _problems.Zip(_perturbed, RequestOf),
        ];
        string?[] answers =
        [
            .. _engine.Generate(requests, Likeliest, CancellationToken.None)
                .Select(samples => Trajectory.Read(samples[0], _model.Tokenizer, _extraction).Answer),
        ];
        int equal = Enumerable.Range(0, _problems.Count)
            .Count(i => AreEqual(answers[i], answers[_problems.Count + i]));
        return (double)equal / _problems.Count;
    }

    // The likeliest tokens need no random numbers, but a request has a stream for each sample.
    private RolloutRequest RequestOf(PreparedProblem problem, IReadOnlyList<ProcessedImage> images) => new(
        problem.Prompt,
        images,
        _configuration.Rollout.MaxResponseTokens,
        [RandomStream.For(_configuration.Seed, Purpose.Evaluation)]);

    private bool AreEqual(string? clean, string? perturbed) =>
        clean is not null && perturbed is not null && _equivalence.AreEqual(clean, perturbed);
}
