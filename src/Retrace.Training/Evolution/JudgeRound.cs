using System.Globalization;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Has a frozen copy of the start model judge each trajectory, with the problem and its images before it.</summary>
internal sealed class JudgeRound
{
    /// <summary>What the judge is asked, with places for the problem and the response. docs/rules.md shows it.</summary>
    public const string Template =
        """
        Here is a problem and a candidate solution. An image that is shown belongs to the problem.

        [PROBLEM]
        {question}

        [CANDIDATE SOLUTION]
        {response}
        [END]

        Check the solution step by step: what it reads off the image, how it reasons and calculates, and its final answer.
        Then give it one score between 0 and 1: up to 0.5 for a right final answer, up to 0.3 for sound reasoning, up to
        0.2 for what it reads off the image. A solution that does not reason inside <think></think> and then give a single
        answer in \boxed{} scores 0. End with the score alone in a box, for example \boxed{0.85}.
        """;

    private const string QuestionPlace = "{question}";
    private const string ResponsePlace = "{response}";

    // Those of the release.
    private static readonly SamplingSettings Sampling = new SamplingSettings(Temperature: 1, TopP: 0.9).Unmeasured;

    private static readonly BoxedExtraction Boxed = new();

    private readonly IRolloutEngine _engine;
    private readonly VisionLanguageModel _model;
    private readonly RunConfiguration _configuration;
    private readonly ProblemPreparation _preparation;

    /// <param name="engine">Generates with the judge.</param>
    /// <param name="model">Has the judge's tokenizer and chat template.</param>
    public JudgeRound(IRolloutEngine engine, VisionLanguageModel model, RunConfiguration configuration)
    {
        _engine = engine;
        _model = model;
        _configuration = configuration;
        _preparation = new ProblemPreparation(model, configuration.Data with { Instruction = "" });
    }

    /// <summary>[problems][n] a judgement of each trajectory.</summary>
    /// <param name="maternal">[problems][samples] n trajectories, and those that only vote, which are not judged.</param>
    public Judgement[][] Judge(
        int step, IReadOnlyList<PreparedProblem> problems, Trajectory[][] maternal, CancellationToken cancellation)
    {
        RolloutRequest?[][] requests =
        [
            .. problems.Select((problem, place) => maternal[place].Take(_configuration.Rollout.Group).Select((trajectory, i) =>
                PromptOf(problem, trajectory) is int[] prompt
                    ? new RolloutRequest(
                        prompt,
                        problem.Images,
                        _configuration.Rollout.MaxResponseTokens,
                        [RandomStream.For(_configuration.Seed, Purpose.Judge, step, place, i)])
                    : null).ToArray()),
        ];
        Queue<Generation[]> generations = new(_engine.Generate(
            [.. requests.SelectMany(group => group).OfType<RolloutRequest>()], Sampling, cancellation));
        return Array.ConvertAll(requests, group => Array.ConvertAll(
            group, request => request is null ? Unjudged : Read(generations.Dequeue()[0])));
    }

    /// <summary>The number in the last box, at most 1 and at least 0; 0 where there is none.</summary>
    internal static double ScoreOf(string text) =>
        Boxed.Extract(text) is string boxed
        && double.TryParse(boxed, NumberStyles.Float, CultureInfo.InvariantCulture, out double score)
        && double.IsFinite(score)
            ? Math.Clamp(score, 0, 1)
            : 0;

    private static Judgement Unjudged => new(new Generation([], [], [], [], Stopped: false), "", Score: 0);

    // Null for a response that spells image tokens: it could show the judge other images than the problem's.
    private int[]? PromptOf(PreparedProblem problem, Trajectory trajectory)
    {
        string[] parts = Template.Split([QuestionPlace, ResponsePlace], StringSplitOptions.None);
        try
        {
            return _preparation.Encode(
                parts[0] + problem.Problem.Question + parts[1] + trajectory.Text + parts[2],
                [.. problem.Images.Select(image => image.Grid)]);
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private Judgement Read(Generation generation)
    {
        string text = _model.Tokenizer.Decode(generation.Content.ToArray());
        return new Judgement(generation, text, ScoreOf(text));
    }
}
