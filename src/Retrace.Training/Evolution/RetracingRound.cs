using Retrace.Anchors;
using Retrace.Answers;
using Retrace.Models.Images;
using Retrace.Models.Text;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Configuration;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// The second round (RRM with VSP): each maternal trajectory is cut at an anchor, its image perturbed, and the rest
/// sampled k times. The continuations count for the reward and are never trained on.
/// </summary>
internal sealed class RetracingRound
{
    private readonly LocalRolloutEngine _engine;
    private readonly Tokenizer _tokenizer;
    private readonly ImageProcessor _images;
    private readonly RunConfiguration _configuration;
    private readonly SamplingSettings _sampling;
    private readonly IAnchorRule _anchors;
    private readonly IImagePerturbation _perturbation;
    private readonly int[] _newTurn; // What the release's form puts between prefix and continuation.
    private readonly Dictionary<int, string> _textOfToken = [];

    public RetracingRound(
        LocalRolloutEngine engine,
        Tokenizer tokenizer,
        ImageProcessor images,
        RunConfiguration configuration,
        SamplingSettings sampling)
    {
        _engine = engine;
        _tokenizer = tokenizer;
        _images = images;
        _configuration = configuration;
        _sampling = sampling;
        RetracingSettings settings = configuration.Retracing;
        _anchors = AnchorRules.Create(settings.Anchor, settings.KeepRate);
        _perturbation = ImagePerturbations.Create(settings.Perturbation, settings.PerturbationLevel);
        _newTurn = settings.Mode == "new-turn" ? tokenizer.Encode(ChatTemplate.NewTurn("", "")) : [];
    }

    /// <summary>[problems][n]</summary>
    public Retracing[][] Sample(
        int step,
        IReadOnlyList<PreparedProblem> batch,
        IReadOnlyList<IReadOnlyList<Trajectory>> maternal,
        CancellationToken cancellation)
    {
        Cut[][] cuts = [.. batch.Select((problem, place) => new Cut[maternal[place].Count])];
        (int Place, int Index)[] all =
            [.. cuts.SelectMany((group, place) => Enumerable.Range(0, group.Length).Select(i => (place, i)))];
        foreach ((int place, int i) in all)
        {
            cuts[place][i] = new Cut(AnchorOf(step, place, i, maternal[place][i]), [], []);
        }
        // Each image is drawn from a stream of its own, so the threads do not change what comes out.
        Parallel.ForEach(all, new ParallelOptions { CancellationToken = cancellation }, one =>
        {
            Random random =
                RandomStream.For(_configuration.Seed, Purpose.Perturbation, step, one.Place, one.Index);
            PixelImage[] pixels =
                [.. batch[one.Place].Pixels.Select(image => _perturbation.Apply(image, random))];
            cuts[one.Place][one.Index] = cuts[one.Place][one.Index] with
            {
                Pixels = pixels,
                Images = [.. pixels.Select((image, i) => image == batch[one.Place].Pixels[i]
                    ? batch[one.Place].Images[i] // Unperturbed: the same image, whose features all can share.
                    : _images.Process(image))],
            };
        });

        RolloutRequest[] requests =
            [.. all.Select(one => Request(step, one.Place, one.Index, batch, maternal, cuts[one.Place][one.Index]))];
        Generation[][] continuations = _engine.Generate(requests, _sampling, cancellation);
        var retracings = new Retracing[batch.Count][];
        int next = 0;
        for (int place = 0; place < batch.Count; place++)
        {
            retracings[place] = new Retracing[cuts[place].Length];
            for (int i = 0; i < cuts[place].Length; i++)
            {
                retracings[place][i] = Read(maternal[place][i], cuts[place][i], continuations[next++]);
            }
        }
        return retracings;
    }

    private int AnchorOf(int step, int place, int index, Trajectory trajectory)
    {
        Generation generation = trajectory.Generation;
        AnchorContext context = AnchorContext.Of(
            [.. generation.Content.ToArray().Select(TextOf)],
            generation.Entropies[..generation.ContentLength]);
        return _anchors.Choose(context, RandomStream.For(_configuration.Seed, Purpose.Anchor, step, place, index));
    }

    private RolloutRequest Request(
        int step,
        int place,
        int index,
        IReadOnlyList<PreparedProblem> batch,
        IReadOnlyList<IReadOnlyList<Trajectory>> maternal,
        Cut cut) => new(
            [.. batch[place].Prompt, .. maternal[place][index].Generation.Tokens[..cut.Anchor], .. _newTurn],
            cut.Images,
            // The kept prefix counts towards the limit; a trajectory is always longer than its prefix.
            _configuration.Rollout.MaxResponseTokens - cut.Anchor,
            [.. Enumerable.Range(0, _configuration.Retracing.Samples).Select(sample =>
                RandomStream.For(_configuration.Seed, Purpose.Retraced, step, place, index, sample))]);

    private Retracing Read(Trajectory trajectory, Cut cut, Generation[] continuations)
    {
        // In one turn, prefix and continuation are one response; bytes of a character may lie on both sides of the cut.
        int[] prefix = _newTurn.Length == 0 ? trajectory.Generation.Tokens[..cut.Anchor] : [];
        string[] texts = [.. continuations.Select(one => _tokenizer.Decode(one.Content.ToArray()))];
        string?[] answers = prefix.Length == 0
            ? [.. texts.Select(AnswerExtractor.Extract)]
            : [.. continuations.Select(one =>
                AnswerExtractor.Extract(_tokenizer.Decode([.. prefix, .. one.Content])))];
        return new Retracing(cut.Anchor, cut.Pixels, continuations, texts, answers);
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

    private sealed record Cut(int Anchor, IReadOnlyList<PixelImage> Pixels, IReadOnlyList<ProcessedImage> Images);
}
