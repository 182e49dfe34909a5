using Retrace.Configuration;
using Retrace.Runs;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>A run from its first step to its last: what lies around <see cref="CsrsStep"/>.</summary>
/// <remarks>Made by <see cref="EvolutionRun.Open"/>, which loads and checks everything first.</remarks>
public sealed class EvolutionLoop
{
    private readonly RunConfiguration _configuration;
    private readonly IRolloutEngine _engine;
    private readonly CsrsStep _step;
    private readonly PeriodicEvaluation? _evaluation;
    private readonly StepLog? _log;
    private readonly Action<int> _saveCheckpoint;

    /// <param name="step">Takes one step.</param>
    /// <param name="steps">Of the whole run.</param>
    /// <param name="engine">Told of the policy's updates, and asked what went wrong.</param>
    /// <param name="log">Null in processes that write no files.</param>
    /// <param name="saveCheckpoint">Called by all processes, with the steps taken.</param>
    internal EvolutionLoop(
        RunConfiguration configuration,
        CsrsStep step,
        int steps,
        IRolloutEngine engine,
        PeriodicEvaluation? evaluation,
        StepLog? log,
        Action<int> saveCheckpoint)
    {
        _configuration = configuration;
        _step = step;
        Steps = steps;
        _engine = engine;
        _evaluation = evaluation;
        _log = log;
        _saveCheckpoint = saveCheckpoint;
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
        StepOutcome outcome = _step.Take(step, stage => StageStarted?.Invoke(step, stage), cancellation);

        // From here on the step is not given up: it would be lost although it has been learned.
        _engine.UsePolicy(step, CancellationToken.None);
        EvaluationPoint? evaluated = null;
        if (_evaluation is not null && (step % _configuration.Evaluation.Every == 0 || step == Steps))
        {
            StageStarted?.Invoke(step, "evaluation");
            evaluated = EvaluateLearned(_evaluation);
        }
        RolloutIncidents? incidents = _engine.TakeIncidents();
        _log?.AppendTrajectories(step, outcome);
        _log?.AppendAnswers(step, outcome.Groups);
        Complete(log => log.Metrics(step, outcome, evaluated, incidents));
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

    private void Complete(Func<StepLog, StepMetrics> measure)
    {
        if (_log is not null)
        {
            StepMetrics metrics = measure(_log);
            _log.Append(metrics);
            StepCompleted?.Invoke(metrics);
        }
    }
}
