using Retrace.Anchors;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models.Images;
using Retrace.Models.Text;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// The second round (RRM with VSP): each maternal trajectory is cut at an anchor, its image perturbed, and the rest
/// sampled k times. The continuations count for the reward and are never trained on.
/// </summary>
internal sealed class RetracingRound
{
    private readonly IRolloutEngine _engine;
    private readonly Tokenizer _tokenizer;
    private readonly ImageProcessor _images;
    private readonly RunConfiguration _configuration;
    private readonly SamplingSettings _sampling;
    private readonly IAnchorRule[] _anchors;
    private readonly IImagePerturbation _perturbation;
    private readonly IAnswerExtraction _extraction;
    private readonly int[] _newTurn; // What the release's form puts between prefix and continuation.
    private readonly Dictionary<int, string> _textOfToken = [];

    public RetracingRound(
        IRolloutEngine engine,
        Tokenizer tokenizer,
        ImageProcessor images,
        RunConfiguration configuration,
        SamplingSettings sampling)
    {
        _engine = engine;
        _tokenizer = tokenizer;
        _images = images;
        _configuration = configuration;
        _sampling = sampling with { Measure = false }; // Continuations are read, not learned from.
        RetracingSettings settings = configuration.Retracing;
        _anchors = [.. settings.AllKeepRates().Select(keepRate => AnchorRules.Create(settings.Anchor, keepRate))];
        _perturbation = ImagePerturbations.Create(settings.Perturbation, settings.PerturbationLevel);
        _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        _newTurn = settings.Mode == "new-turn" ? tokenizer.Encode(ChatTemplate.NewTurn("", "")) : [];
    }

    /// <summary>Perturbs the images for each trajectory to come. It can be done before there are any.</summary>
    /// <param name="batch">The problems, or this process's share of them.</param>
    /// <param name="trajectories">Of each problem: n.</param>
    /// <param name="first">The place of the first of them in the whole batch, by which draws are named.</param>
    /// <returns>[problems][n]</returns>
    public PerturbedImages[][] Perturb(
        int step,
        IReadOnlyList<PreparedProblem> batch,
        int trajectories,
        CancellationToken cancellation,
        int first = 0)
    {
        PerturbedImages[][] perturbed = [.. batch.Select(_ => new PerturbedImages[trajectories])];
        // Each image is drawn from a stream of its own, so the threads do not change what comes out.
        Parallel.For(0, batch.Count * trajectories, new ParallelOptions { CancellationToken = cancellation }, one =>
        {
            (int place, int i) = Math.DivRem(one, trajectories);
            Random random = RandomStream.For(_configuration.Seed, Purpose.Perturbation, step, first + place, i);
            PreparedProblem problem = batch[place];
            PixelImage[] pixels = [.. problem.Pixels.Select(image => _perturbation.Apply(image, random))];
            perturbed[place][i] = new PerturbedImages(
                pixels,
                [
                    .. pixels.Zip(problem.Pixels, problem.Images).Select(image => image.First == image.Second
                        ? image.Third // Unperturbed: the same image, whose features all can share.
                        : _images.Process(image.First)),
                ]);
        });
        return perturbed;
    }

    /// <summary>Perturbs the images, and samples. [problems][n]</summary>
    public Retracing[][] Sample(
        int step,
        IReadOnlyList<PreparedProblem> batch,
        IReadOnlyList<IReadOnlyList<Trajectory>> maternal,
        CancellationToken cancellation) =>
        Sample(step, batch, Perturb(step, batch, maternal.Max(group => group.Count), cancellation), maternal, cancellation);

    /// <summary>[problems][n]</summary>
    /// <param name="batch">The problems, or this process's share of them.</param>
    /// <param name="perturbed">[problems][n] as <see cref="Perturb"/> makes them.</param>
    /// <param name="maternal">[problems][n] what was drawn for them.</param>
    /// <param name="first">The place of the first of them in the whole batch, by which draws are named.</param>
    public Retracing[][] Sample(
        int step,
        IReadOnlyList<PreparedProblem> batch,
        PerturbedImages[][] perturbed,
        IReadOnlyList<IReadOnlyList<Trajectory>> maternal,
        CancellationToken cancellation,
        int first = 0)
    {
        Cut[][] cuts =
        [
            .. maternal.Select((group, place) => group
                .Select((trajectory, i) =>
                    new Cut(AnchorsOf(step, first + place, i, trajectory), perturbed[place][i]))
                .ToArray()),
        ];
        (int Place, int Index)[] all =
            [.. cuts.SelectMany((group, place) => Enumerable.Range(0, group.Length).Select(i => (place, i)))];

        RolloutRequest[] requests =
        [
            .. all.SelectMany(one =>
                Requests(step, first, one.Place, one.Index, batch, maternal, cuts[one.Place][one.Index])),
        ];
        Generation[][] continuations = _engine.Generate(requests, _sampling, cancellation);
        var retracings = new Retracing[batch.Count][];
        int next = 0;
        for (int place = 0; place < batch.Count; place++)
        {
            retracings[place] = new Retracing[cuts[place].Length];
            for (int i = 0; i < cuts[place].Length; i++)
            {
                retracings[place][i] = Read(
                    maternal[place][i], cuts[place][i], continuations.AsSpan(next, _anchors.Length));
                next += _anchors.Length;
            }
        }
        return retracings;
    }

    private int[] AnchorsOf(int step, int place, int index, Trajectory trajectory)
    {
        Generation generation = trajectory.Generation;
        AnchorContext context = AnchorContext.Of(
            [.. generation.Content.ToArray().Select(TextOf)],
            generation.Entropies[..generation.ContentLength],
            _extraction);
        Random random = RandomStream.For(_configuration.Seed, Purpose.Anchor, step, place, index);
        return [.. _anchors.Select(rule => rule.Choose(context, random))];
    }

    // One for each anchor.
    private IEnumerable<RolloutRequest> Requests(
        int step,
        int first,
        int place,
        int index,
        IReadOnlyList<PreparedProblem> batch,
        IReadOnlyList<IReadOnlyList<Trajectory>> maternal,
        Cut cut) =>
        Retracing.Shares(_configuration.Retracing.Samples, cut.Anchors.Length)
            .Select((anchor, sample) => (
                Anchor: anchor,
                Random: RandomStream.For(_configuration.Seed, Purpose.Retraced, step, first + place, index, sample)))
            .GroupBy(draw => draw.Anchor, draw => draw.Random)
            .Select(draws => new RolloutRequest(
                [
                    .. batch[place].Prompt,
                    .. maternal[place][index].Generation.Tokens[..cut.Anchors[draws.Key]],
                    .. _newTurn,
                ],
                cut.Images.Patches,
                // The kept prefix counts towards the limit; a trajectory is always longer than its prefix.
                _configuration.Rollout.MaxResponseTokens - cut.Anchors[draws.Key],
                [.. draws]));

    private Retracing Read(Trajectory trajectory, Cut cut, ReadOnlySpan<Generation[]> ofAnchors)
    {
        List<Generation> continuations = [];
        List<string> texts = [];
        List<string?> answers = [];
        for (int anchor = 0; anchor < ofAnchors.Length; anchor++)
        {
            // In one turn, prefix and continuation are one response; bytes of a character may lie on both sides of the
            // cut.
            int[] prefix = _newTurn.Length == 0 ? trajectory.Generation.Tokens[..cut.Anchors[anchor]] : [];
            foreach (Generation continuation in ofAnchors[anchor])
            {
                string text = _tokenizer.Decode(continuation.Content.ToArray());
                continuations.Add(continuation);
                texts.Add(text);
                answers.Add(_extraction.Extract(
                    prefix.Length == 0 ? text : _tokenizer.Decode([.. prefix, .. continuation.Content])));
            }
        }
        return new Retracing(cut.Anchors, cut.Images.Pixels, continuations, texts, answers);
    }

    private string TextOf(int token)
    {
        if (!_textOfToken.TryGetValue(token, out string? text))
        {
            text = _tokenizer.Decode([token]);
            _textOfToken.Add(token, text);
        }
        return text;
    }

    private sealed record Cut(int[] Anchors, PerturbedImages Images);
}
