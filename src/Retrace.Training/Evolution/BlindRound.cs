using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Perturbations;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Samples each problem a few times with its images blanked: what the question alone suggests. The samples count for the
/// reward and are never trained on.
/// </summary>
internal sealed class BlindRound(
    IRolloutEngine engine, VisionLanguageModel model, RunConfiguration configuration, SamplingSettings sampling)
{
    private static readonly BlankImage Blank = new();

    private readonly SamplingSettings _sampling = sampling.Unmeasured; // They are not learned from.
    private readonly IAnswerExtraction _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);

    /// <summary>[problems][b] y ~ π(· | blank, q). A problem without an image has nothing to hide, and gets none.</summary>
    public Trajectory[][] Sample(int step, IReadOnlyList<PreparedProblem> problems, CancellationToken cancellation)
    {
        int[] withImages = [.. Enumerable.Range(0, problems.Count).Where(place => problems[place].Images.Count > 0)];
        RolloutRequest[] requests = Array.ConvertAll(withImages, place => new RolloutRequest(
            problems[place].Prompt,
            Blanked(problems[place]),
            configuration.Rollout.MaxResponseTokens,
            [.. Enumerable.Range(0, configuration.Retracing.BlindSamples)
                .Select(i => RandomStream.For(configuration.Seed, Purpose.Blind, step, place, i))]));
        Generation[][] generations = engine.Generate(requests, _sampling, cancellation);
        Trajectory[][] samples = [.. problems.Select(_ => Array.Empty<Trajectory>())];
        foreach ((int i, int place) in withImages.Index())
        {
            samples[place] = Array.ConvertAll(
                generations[i], one => Trajectory.Read(one, model.Tokenizer, _extraction));
        }
        return samples;
    }

    private IReadOnlyList<ProcessedImage> Blanked(PreparedProblem problem) =>
        [.. problem.Pixels.Select(image => model.Images.Process(Blank.Apply(image, Random.Shared)))];
}
