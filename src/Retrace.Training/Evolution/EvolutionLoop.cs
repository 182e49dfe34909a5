using System.Diagnostics;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Runs;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The whole method: a model improves on problems without labels, step by step.</summary>
/// <remarks>Made by <see cref="EvolutionRun.Open"/>, which loads and checks everything first.</remarks>
public sealed class EvolutionLoop
{
    private readonly RunConfiguration _configuration;
    private readonly UpcomingBatches _batches;
    private readonly IRolloutEngine _engine;
    private readonly MaternalRound _maternalRound;
    private readonly RetracingRound? _retracingRound;
    private readonly RewardStage _rewardStage;
    private readonly Learner _learner;
    private readonly PeriodicEvaluation? _evaluation;
    private readonly StepLog? _log;
    private readonly Action<int> _saveCheckpoint;
    private readonly IProcessGroup _processes;

    /// <param name="log">Null in processes that write no files.</param>
    /// <param name="saveCheckpoint">Called by all processes, with the steps taken.</param>
    internal EvolutionLoop(
        RunConfiguration configuration,
        VisionLanguageModel model,
        IRolloutEngine engine,
        UsableProblems data,
        Learner learner,
        PeriodicEvaluation? evaluation,
        StepLog? log,
        Action<int> saveCheckpoint,
        IProcessGroup processes)
    {
        _configuration = configuration;
        var schedule = new BatchSchedule(data.Problems.Count, configuration.Data.Batch, configuration.Seed);
        Steps = configuration.Epochs is double epochs ? schedule.StepsFor(epochs) : configuration.Steps;
        _engine = engine;
        var sampling = new SamplingSettings(
            configuration.Rollout.Temperature, configuration.Rollout.TopP, configuration.Method == "self-certainty");
        _maternalRound = new MaternalRound(engine, model.Tokenizer, configuration, sampling);
        _retracingRound = configuration is { Method: "csrs", Retracing.Samples: > 0 }
            ? new RetracingRound(engine, model.Tokenizer, model.Images, configuration, sampling)
            : null;
        _batches = new UpcomingBatches(
            data.Problems,
            schedule,
            new ProblemPreparation(model, configuration.Data),
            _retracingRound is null ? null : PerturbOwn);
        _rewardStage = new RewardStage(configuration, data.Labels);
        _learner = learner;
        _evaluation = evaluation;
        _log = log;
        _saveCheckpoint = saveCheckpoint;
        _processes = processes;
    }

    /// <summary>Steps of the whole run.</summary>
    public int Steps { get; }

    /// <summary>Told as a step reaches a stage: its number and what is happening.</summary>
    public event Action<int, string>? StageStarted;

    /// <summary>Told when a step's line is in the log, in the process that writes it.</summary>
    public event Action<StepMetrics>? StepCompleted;

    /// <summary>Takes the steps after <paramref name="stepsTaken"/>.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted; the last whole step has a checkpoint.</exception>
    /// <exception cref="RolloutFailedException">No server is left; the last whole step has a checkpoint.</exception>
    /// <exception cref="TrainingFailedException">The loss is no number any more.</exception>
    public void Run(int stepsTaken, CancellationToken cancellation)
    {
        int step = stepsTaken;
        try
        {
            _engine.UsePolicy(step, cancellation);
            if (step == 0 && _evaluation is not null)
            {
                StageStarted?.Invoke(0, "evaluation");
                EvaluationPoint before = _evaluation.Measure(cancellation);
                Complete(log => log.BeforeTraining(before));
            }
            while (step < Steps)
            {
                TakeStep(step + 1, cancellation);
                step++;
                if (step % _configuration.Checkpointing.Every == 0 || step == Steps)
                {
                    SaveCheckpoint(step);
                }
            }
        }
        catch (Exception error) when (step > 0 && error is OperationCanceledException or RolloutFailedException)
        {
            SaveCheckpoint(step); // Only a step that has not learned yet can be given up, so the weights are those of this step.
            throw;
        }
    }

    // A checkpoint that is on the disk promises the lines of all steps up to it.
    private void SaveCheckpoint(int step)
    {
        _log?.FlushToDisk();
        _saveCheckpoint(step);
    }

    private void TakeStep(int step, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        StageStarted?.Invoke(step, "rollout");
        (PreparedProblem[] problems, Trajectory[][] maternal, Retracing[][] retraced) = DrawTogether(step, cancellation);
        RewardedGroup[] groups = _rewardStage.Assess(step, problems, maternal, retraced);
        TimeSpan rollout = clock.Elapsed;

        StageStarted?.Invoke(step, "learning");
        if (step < Steps)
        {
            _batches.Prepare(step + 1);
        }
        LearningStatistics learned = _learner.Learn(step, SamplesOf(groups));
        TimeSpan learning = clock.Elapsed - rollout;

        // From here on the step is not given up: it would be lost although it has been learned.
        _engine.UsePolicy(step, CancellationToken.None);
        EvaluationPoint? evaluated = null;
        if (_evaluation is not null && (step % _configuration.Evaluation.Every == 0 || step == Steps))
        {
            StageStarted?.Invoke(step, "evaluation");
            evaluated = EvaluateLearned(_evaluation);
        }
        RolloutIncidents? incidents = _engine.TakeIncidents();
        _log?.AppendTrajectories(step, groups);
        _log?.AppendAnswers(step, groups);
        Complete(log => log.Metrics(
            step, groups, maternal, learned, evaluated, incidents, rollout, learning));
    }

    // Without servers the step has no evaluation, and the next one says what is wrong, with this one saved.
    private static EvaluationPoint? EvaluateLearned(PeriodicEvaluation evaluation)
    {
        try
        {
            return evaluation.Measure(CancellationToken.None);
        }
        catch (RolloutFailedException)
        {
            return null;
        }
    }

    // Both rounds of the whole batch. Nothing else holds the perturbed images, so that they are gone while learning.
    private (PreparedProblem[] Problems, Trajectory[][] Maternal, Retracing[][] Retraced) DrawTogether(
        int step, CancellationToken cancellation)
    {
        PreparedBatch batch = _batches.Of(step);
        (Trajectory[][] maternal, Retracing[][] retraced) = _processes.Do(() => Draw(step, batch, cancellation));
        (maternal, retraced) = RolloutMessage.Exchange(_processes, maternal, retraced);
        return (batch.Problems, maternal, retraced);
    }

    // Both rounds of this process's share of the batch.
    private (Trajectory[][] Maternal, Retracing[][] Retraced) Draw(
        int step, PreparedBatch batch, CancellationToken cancellation)
    {
        (PreparedProblem[] own, int first) = OwnOf(batch.Problems);
        Trajectory[][] maternal = _maternalRound.Sample(step, own, cancellation, first);
        if (_retracingRound is null)
        {
            return (maternal, []);
        }
        StageStarted?.Invoke(step, "retracing");
        PerturbedImages[][] perturbed = batch.Perturbed!.GetAwaiter().GetResult();
        return (maternal, _retracingRound.Sample(step, own, perturbed, maternal, cancellation, first));
    }

    private PerturbedImages[][] PerturbOwn(int step, PreparedProblem[] batch)
    {
        (PreparedProblem[] own, int first) = OwnOf(batch);
        return _retracingRound!.Perturb(step, own, _configuration.Rollout.Group, CancellationToken.None, first);
    }

    // This process's share of a batch, and its place there.
    private (PreparedProblem[] Problems, int First) OwnOf(PreparedProblem[] batch)
    {
        Range share = _processes.ShareOf(batch.Length);
        return (batch[share], share.Start.Value);
    }

    private void Complete(Func<StepLog, StepMetrics> measure)
    {
        if (_log is not null)
        {
            StepMetrics metrics = measure(_log);
            _log.Append(metrics);
            StepCompleted?.Invoke(metrics);
        }
    }

    private TrainingSample[] SamplesOf(RewardedGroup[] groups) =>
    [
        .. groups.SelectMany(group => group.Maternal.Select((trajectory, i) => new TrainingSample(
            new PromptedResponse(group.Problem.Prompt, trajectory.Generation.Tokens, group.Problem.Images),
            trajectory.Generation.LogProbs,
            group.Advantages[i],
            trajectory.Generation.DrawnLogProbs is float[] drawn
                ? TokenImportance.Of(
                    trajectory.Generation.LogProbs, drawn, _configuration.Learning.ImportanceTruncation)
                : null))),
    ];
}
