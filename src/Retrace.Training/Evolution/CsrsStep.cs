using System.Diagnostics;
using Retrace.Rewards;
using Retrace.Training.Learning;

namespace Retrace.Training.Evolution;

/// <summary>
/// One step of Continuous Softened Retracing reSampling (Yu et al. 2026, arXiv 2604.03647): from a batch of problems
/// without labels to an update of the policy. Each line is a stage; docs/method.md has their formulas.
/// </summary>
/// <remarks>
/// A method that does not retrace (<see cref="Configuration.Method"/>) has no cutter and no second round, and one whose
/// rule does not ask what the question alone suggests has no blind round. All processes of a job take the same step:
/// the engine divides the sampling among them, and the learner divides the learning.
/// </remarks>
internal sealed class CsrsStep(
    UpcomingBatches batches,
    MaternalRound maternalRound,
    TrajectoryCutter? cutter,
    Reinference? reinference,
    BlindRound? blindRound,
    AnswerGrouping grouping,
    TrajectoryRewards rewarding,
    TrainingSamples samples,
    GrpoLearner learner)
{
    /// <param name="step">The step, from 1.</param>
    /// <param name="onStage">Called with the name of each stage as it begins.</param>
    /// <exception cref="OperationCanceledException">The step was interrupted before it began to learn.</exception>
    public StepOutcome Take(int step, Action<string> onStage, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        SampledGroup[] groups = Sample(step, onStage, cancellation);
        double[][] rewards = [.. groups.Select(group => rewarding.Of(group.Answers, group.AreFormatted))]; // SFR
        double[][] advantages = rewarding.Advantages(rewards, groups.Select(group => group.Answers)); // relative to the others of the group
        TimeSpan rollout = clock.Elapsed;

        onStage("learning");
        batches.Prepare(step + 1);
        LearningStatistics learned = learner.Learn(step, samples.Of(groups, advantages)); // GRPO
        return new StepOutcome(groups, rewards, advantages, learned, rollout, clock.Elapsed - rollout);
    }

    // Samples the rounds. The result does not hold the patches of perturbed images, so they are freed before learning.
    private SampledGroup[] Sample(int step, Action<string> onStage, CancellationToken cancellation)
    {
        onStage("rollout");
        StepBatch batch = batches.Of(step);
        Trajectory[][] maternal = maternalRound.Sample(step, batch.Problems, cancellation); // from the clean image
        Retracing[][] retraced = [];
        if (cutter is not null && reinference is not null)
        {
            onStage("retracing");
            Cut[][] cuts = cutter.Cut(step, maternal, batch.Perturbed); // RRM: anchors; VSP: perturbed images
            retraced = reinference.Continue(step, batch.Problems, cuts, cancellation); // m continuations of each
        }
        Trajectory[][] blind = blindRound?.Sample(step, batch.Problems, cancellation) ?? []; // what the question suggests
        return grouping.Of(step, batch.Problems, maternal, retraced, blind); // A_n and A_m, in classes of equal answers
    }
}
