using Retrace.Models.Native;
using Retrace.Rewards;
using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>
/// One step of Continuous Softened Retracing reSampling (Yu et al. 2026, arXiv 2604.03647): from a batch of problems
/// without labels to an update of the policy. Each line is a stage; docs/method.md has their formulas.
/// </summary>
/// <remarks>
/// A method that does not retrace (<see cref="Configuration.Method"/>) has no cutter and no second round; most rules
/// need no rounds besides these two, and no teacher. All processes of a job take the same step: the engine divides the
/// sampling among them, and the learner divides the learning.
/// </remarks>
/// <param name="sideRounds">Samples what the rule reads besides the two rounds.</param>
/// <param name="paths">Measures how far answers are from steps of reasoning; null if the rule does not read it.</param>
/// <param name="clock">Measures where the step's time goes.</param>
/// <param name="teach">Moves the averaged teacher towards the updated policy; null without a teacher.</param>
internal sealed class CsrsStep(
    UpcomingBatches batches,
    MaternalRound maternalRound,
    TrajectoryCutter? cutter,
    Reinference? reinference,
    SideRounds sideRounds,
    AnswerGrouping grouping,
    AnswerPaths? paths,
    TrajectoryRewards rewarding,
    TrainingSamples samples,
    GrpoLearner learner,
    StepClock clock,
    Action<int>? teach)
{
    /// <summary>The name of the stage that updates the policy.</summary>
    public const string LearningStage = "learning";

    /// <param name="step">The step, from 1.</param>
    /// <param name="onStage">Called with the name of each stage as it begins.</param>
    /// <exception cref="OperationCanceledException">The step was interrupted before it began to learn.</exception>
    public StepOutcome Take(int step, Action<string> onStage, CancellationToken cancellation)
    {
        clock.Begin();
        SampledGroup[] groups = Sample(step, onStage, cancellation);
        ExplainedScores[] rewarded = [.. groups.Select(group => rewarding.Explain(group.Answers, group.AreFormatted))]; // SFR
        double[][] advantages = rewarding.Advantages( // relative to the others of the group
            [.. rewarded.Select(group => group.Scores)], groups.Select(group => group.Answers));
        onStage(LearningStage);
        LearningStatistics learned = clock.During(StepPart.Learning, () => Learn(step, groups, advantages)); // GRPO
        return new StepOutcome(groups, rewarded, advantages, learned, clock.Read());
    }

    // Samples the rounds. The result does not hold the patches of perturbed images, so they are freed before learning.
    private SampledGroup[] Sample(int step, Action<string> onStage, CancellationToken cancellation)
    {
        onStage("rollout");
        StepBatch batch = clock.During(StepPart.Waiting, () => batches.Of(step));
        Trajectory[][] maternal = clock.During( // from the clean image
            StepPart.Sampling, () => maternalRound.Sample(step, batch.Problems, cancellation));
        Retracing[][] retraced = [];
        if (cutter is not null && reinference is not null)
        {
            onStage("retracing");
            Cut[][] cuts = cutter.Cut(step, maternal, batch.Perturbed); // RRM: anchors; VSP: perturbed images
            clock.During(StepPart.Perturbing, batch.AwaitPerturbed);
            retraced = clock.During( // m continuations of each
                StepPart.Reinference, () => reinference.Continue(step, batch.Problems, cuts, cancellation));
        }
        SideSamples[] sideSamples = clock.During( // what else the rule reads
            StepPart.Sampling, () => sideRounds.Sample(step, batch.Problems, maternal, cancellation));
        SampledGroup[] groups = grouping.Of(step, batch.Problems, maternal, retraced, sideSamples); // A_n and A_m, in classes of equal answers
        return paths?.AddTo(groups, cancellation) ?? groups;
    }

    // Updates the policy, and the teacher where there is one, while the next batch is prepared.
    private LearningStatistics Learn(int step, SampledGroup[] groups, double[][] advantages)
    {
        FreedMemory.GiveBack(); // Of the rollouts, whose tensors have other sizes.
        batches.Prepare(step + 1);
        LearningStatistics learned = learner.Learn(step, samples.Of(groups, advantages));
        FreedMemory.GiveBack(); // Of learning, which has the largest tensors.
        teach?.Invoke(step);
        return learned;
    }
}
