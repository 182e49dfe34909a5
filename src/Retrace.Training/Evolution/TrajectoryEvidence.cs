using Retrace.Anchors;
using Retrace.Answers;
using Retrace.Rewards;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Collects the evidence that a reward rule reads besides answers, and nothing else.</summary>
/// <param name="rule">Says what it reads.</param>
/// <param name="extraction">Finds where the answers of responses begin.</param>
/// <param name="textOf">The text of a token, in which steps of reasoning are found.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class TrajectoryEvidence(
    IRewardRule rule, IAnswerExtraction extraction, Func<int, string> textOf, long seed)
{
    /// <param name="maternal">[n] The trajectories that are rewarded.</param>
    /// <param name="retracings">[n] Their continuations; empty if nothing was retraced.</param>
    /// <param name="sideSamples">What was sampled besides the two rounds.</param>
    public IEnumerable<Evidence> Of(
        int step, int place, Trajectory[] maternal, Retracing[] retracings, SideSamples sideSamples)
    {
        if (Reads(RewardInputs.AnchorPositions))
        {
            yield return new AnchorPositions([.. retracings.Select(retracing => retracing.AnchorGroups)]);
        }
        if (Reads(RewardInputs.MeanEntropies))
        {
            yield return new MeanEntropies([.. maternal.Select(one => Mean(one.Generation.Entropies))]);
        }
        if (Reads(RewardInputs.SelfCertainties))
        {
            yield return new SelfCertainties([.. maternal.Select(one => Mean(one.Generation.SelfCertainties))]);
        }
        if (Reads(RewardInputs.StepConfidences))
        {
            yield return new StepConfidences(
                [.. maternal.Select(one => StepConfidences.Of(one.Generation.Confidences, StepEnds(one.Generation)))]);
        }
        if (Reads(RewardInputs.WordsBeforeAnswers))
        {
            yield return WordsBeforeAnswers.Of(maternal.Select(one => one.Text), extraction);
        }
        if (Reads(RewardInputs.FormatChecks))
        {
            yield return new FormatChecks([.. maternal.Select(one => one.IsFormatted)]);
        }
        if (Reads(RewardInputs.Judgements))
        {
            yield return new Judgements([.. sideSamples.Judged.Select(one => one.Score)]);
        }
        if (Reads(RewardInputs.RandomNumbers))
        {
            yield return new RandomNumbers(RandomStream.For(seed, Purpose.Reward, step, place));
        }
    }

    private bool Reads(RewardInputs input) => rule.Reads.HasFlag(input);

    private IReadOnlyList<int> StepEnds(Generation generation) =>
        AnchorContext.Of([.. generation.Content.ToArray().Select(textOf)], [], extraction).StepEnds;

    private static double Mean(float[] values) => values.Length == 0 ? 0 : values.Average(value => (double)value);
}
