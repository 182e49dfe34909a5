using Retrace.Anchors;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models.Text;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Chooses the anchors of maternal trajectories, the first half of retracing re-inference (RRM).</summary>
/// <param name="tokenizer">Decodes tokens, so that rules can find reasoning steps in the text.</param>
/// <param name="anchors">One rule for each anchor of a trajectory.</param>
/// <param name="extraction">Finds the final answer, which every anchor must precede.</param>
/// <param name="longest">Maximum number of tokens of a response.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class TrajectoryCutter(
    Tokenizer tokenizer, IReadOnlyList<IAnchorRule> anchors, IAnswerExtraction extraction, int longest, long seed)
{
    private readonly TokenTexts _texts = new(tokenizer);

    /// <summary>Creates the cutter that the settings describe.</summary>
    public static TrajectoryCutter Of(RunConfiguration configuration, Tokenizer tokenizer) => new(
        tokenizer,
        [
            .. configuration.Retracing.AllKeepRates()
                .Select(keepRate => AnchorRules.Create(configuration.Retracing.Anchor, keepRate)),
        ],
        AnswerExtractions.Create(configuration.Reward.Extraction),
        configuration.Rollout.MaxResponseTokens,
        configuration.Seed);

    /// <summary>Cuts the trajectories of a step: [problems][n].</summary>
    /// <param name="maternal">[problems][n] The maternal trajectories.</param>
    /// <param name="perturbed">[problems][n] The images that the continuations will see.</param>
    public Cut[][] Cut(int step, Trajectory[][] maternal, PerturbedImages[][] perturbed) =>
    [
        .. maternal.Select((group, place) => group
            .Select((trajectory, i) =>
                new Cut(trajectory, AnchorsOf(trajectory, step, place, i), perturbed[place][i]))
            .ToArray()),
    ];

    private int[] AnchorsOf(Trajectory trajectory, int step, int place, int index)
    {
        Generation generation = trajectory.Generation;
        AnchorContext context = AnchorContext.Of(
            [.. generation.Content.ToArray().Select(_texts.Of)],
            generation.Entropies[..generation.ContentLength],
            extraction) with
        {
            PaddedLength = longest,
        };
        Random random = RandomStream.For(seed, Purpose.Anchor, step, place, index);
        return [.. anchors.Select(rule => rule.Choose(context, random))];
    }
}
