using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// The second round (RRM): samples m continuations of each cut, from the kept prefix and the perturbed images. They
/// count for the reward and are never trained on.
/// </summary>
internal sealed class Reinference
{
    private readonly IRolloutEngine _engine;
    private readonly Tokenizer _tokenizer;
    private readonly RunConfiguration _configuration;
    private readonly SamplingSettings _sampling;
    private readonly IAnswerExtraction _extraction;
    private readonly int[] _newTurn; // Mode new-turn: tokens between the prefix and the continuation.

    public Reinference(
        IRolloutEngine engine, VisionLanguageModel model, RunConfiguration configuration, SamplingSettings sampling)
    {
        _engine = engine;
        _tokenizer = model.Tokenizer;
        _configuration = configuration;
        _sampling = sampling.Unmeasured; // Continuations are not learned from.
        _extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        _newTurn = configuration.Retracing.Mode == "new-turn" ? _tokenizer.Encode(model.Chat.NewTurn("", "")) : [];
    }

    /// <summary>Samples the continuations of every cut: [problems][n].</summary>
    /// <param name="problems">[problems] The problems with their prompts.</param>
    /// <param name="cuts">[problems][n] The cuts of the maternal trajectories.</param>
    public Retracing[][] Continue(
        int step, IReadOnlyList<PreparedProblem> problems, Cut[][] cuts, CancellationToken cancellation)
    {
        RolloutRequest[] requests =
        [
            .. cuts.SelectMany((group, place) => group.SelectMany((cut, i) =>
                RequestsOf(cut, problems[place].Prompt, step, place, i))),
        ];
        Generation[][] continuations = _engine.Generate(requests, _sampling, cancellation);
        int next = 0;
        return Array.ConvertAll(cuts, group => Array.ConvertAll(group, cut =>
        {
            next += cut.Anchors.Length;
            return Read(cut, continuations.AsSpan(next - cut.Anchors.Length, cut.Anchors.Length));
        }));
    }

    // One request for each anchor.
    private IEnumerable<RolloutRequest> RequestsOf(Cut cut, int[] prompt, int step, int place, int index) =>
        Retracing.Shares(_configuration.Retracing.Samples, cut.Anchors.Length)
            .Select((anchor, sample) => (
                Anchor: anchor,
                Random: RandomStream.For(_configuration.Seed, Purpose.Retraced, step, place, index, sample)))
            .GroupBy(sample => sample.Anchor, sample => sample.Random)
            .Select(samples => new RolloutRequest(
                [.. prompt, .. cut.Trajectory.Generation.Tokens[..cut.Anchors[samples.Key]], .. _newTurn],
                cut.Images.Patches,
                // The kept prefix counts towards the limit; a trajectory is always longer than its prefix.
                _configuration.Rollout.MaxResponseTokens - cut.Anchors[samples.Key],
                [.. samples]));

    private Retracing Read(Cut cut, ReadOnlySpan<Generation[]> ofAnchors)
    {
        List<Generation> continuations = [];
        List<string> texts = [];
        List<string?> answers = [];
        for (int anchor = 0; anchor < ofAnchors.Length; anchor++)
        {
            // In the same turn, prefix and continuation are one response, and the cut may split the bytes of a
            // character.
            int[] prefix = _newTurn.Length == 0 ? cut.Trajectory.Generation.Tokens[..cut.Anchors[anchor]] : [];
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
}
