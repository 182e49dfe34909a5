using System.Diagnostics;
using System.Text.Json;
using Retrace.Configuration;
using Retrace.Models.Native;
using Retrace.Runs;
using Retrace.Training.DataParallel;
using Retrace.Training.Guarding;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>
/// Runs the steps of a run (<see cref="CsrsStep"/>), with evaluation, logs and checkpoints between them.
/// </summary>
/// <remarks><see cref="EvolutionRun.Open"/> creates it, after it has loaded and checked everything.</remarks>
public sealed class EvolutionLoop
{
    private readonly RunConfiguration _configuration;
    private readonly IRolloutEngine _engine;
    private readonly CsrsStep _step;
    private readonly PeriodicEvaluation? _evaluation;
    private readonly AgreementProbe? _probe;
    private readonly StepLog? _log;
    private readonly LoopCheckpoints _checkpoints;
    private readonly RunGuard _guard;
    private readonly IProcessGroup _processes;
    private bool _hasLearned; // Since the latest checkpoint.
    private (int Step, string Name) _stage = (0, "beginning"); // The one that is going on.

    /// <param name="step">The step to repeat.</param>
    /// <param name="steps">Number of steps in the whole run.</param>
    /// <param name="engine">
    /// The rollout engine, which has the policy, is notified of its updates, and reports incidents.
    /// </param>
    /// <param name="probe">The guard's question about images; null where it is not asked.</param>
    /// <param name="log">The log; null in processes that write no files.</param>
    /// <param name="checkpoints">Saves checkpoints, finds them, and goes back to them.</param>
    /// <param name="guard">Judges the run, in the process that writes the log.</param>
    /// <param name="processes">The processes that take the steps together.</param>
    internal EvolutionLoop(
        RunConfiguration configuration,
        CsrsStep step,
        int steps,
        IRolloutEngine engine,
        PeriodicEvaluation? evaluation,
        AgreementProbe? probe,
        StepLog? log,
        LoopCheckpoints checkpoints,
        RunGuard guard,
        IProcessGroup processes)
    {
        _configuration = configuration;
        _step = step;
        Steps = steps;
        _engine = engine;
        _evaluation = evaluation;
        _probe = probe;
        _log = log;
        _checkpoints = checkpoints;
        _guard = guard;
        _processes = processes;
    }

    /// <summary>Number of steps in the whole run.</summary>
    public int Steps { get; }

    /// <summary>Raised when a step begins a stage, with the step and the name of the stage.</summary>
    public event Action<int, string>? StageStarted;

    /// <summary>Raised when a step's line is in the log, in the process that writes it.</summary>
    public event Action<StepMetrics>? StepCompleted;

    /// <summary>Takes the steps after <paramref name="stepsTaken"/>.</summary>
    /// <exception cref="OperationCanceledException">
    /// The run was interrupted; its last whole step has a checkpoint.
    /// </exception>
    /// <exception cref="RolloutFailedException">No server is left; the last whole step has a checkpoint.</exception>
    /// <exception cref="TrainingFailedException">
    /// A number of the model is NaN or infinite, or memory is exhausted; the latest checkpoint is as it was.
    /// </exception>
    /// <exception cref="CollapseException">The guard has stopped the run; its last step has a checkpoint.</exception>
    public void Run(int stepsTaken, CancellationToken cancellation)
    {
        int step = stepsTaken;
        try
        {
            if (step == 0 && _evaluation is not null)
            {
                BeginStage(0, "evaluation");
                EvaluationPoint before = _evaluation.Measure(step, cancellation);
                _log?.AppendEvaluation(before);
                Complete(log => log.BeforeTraining(before));
            }
            while (step < Steps)
            {
                GuardResponse response = TakeStep(step + 1, cancellation);
                step++;
                if (response.ReturnsTo is int earlier)
                {
                    _checkpoints.GoBack(earlier);
                    _engine.UsePolicy(_guard.PolicyVersion(step), CancellationToken.None);
                }
                // An interruption leaves checkpoints, too. Those that the run can go back to are the same without one.
                bool isDue = step % _configuration.Checkpointing.Every == 0;
                if (isDue)
                {
                    _guard.Save(step);
                }
                if (isDue || step == Steps || response.Stops)
                {
                    SaveCheckpoint(step);
                }
                if (response.Stops && step < Steps)
                {
                    throw new CollapseException(_guard.Farewell(step, _checkpoints.FindLatest()));
                }
            }
        }
        catch (Exception error) when (step > 0 && error is OperationCanceledException or RolloutFailedException)
        {
            // Only a step that has not learned can be interrupted, so the weights are those after the last whole step.
            SaveCheckpoint(step);
            throw;
        }
        catch (NotFiniteException error)
        {
            throw FailureAdvice.Of(error, _hasLearned, step == stepsTaken, _checkpoints, _configuration);
        }
        catch (Exception error) when (MemoryExhaustion.In(error) is { } memory)
        {
            throw MemoryAdvice.Of(error, memory, _stage.Step, _stage.Name, _checkpoints.FindLatest(), _configuration);
        }
    }

    private void BeginStage(int step, string name)
    {
        _stage = (step, name);
        StageStarted?.Invoke(step, name);
    }

    // A checkpoint on disk implies that the log holds all lines up to its step.
    private void SaveCheckpoint(int step)
    {
        _log?.FlushToDisk();
        _checkpoints.Save(step);
        _hasLearned = false;
    }

    private GuardResponse TakeStep(int step, CancellationToken cancellation)
    {
        _engine.TakeLoad(); // What an evaluation has generated is not the step's.
        StepOutcome outcome = _step.Take(step, stage => BeginStage(step, stage), cancellation);
        _hasLearned = true;
        RolloutLoad? load = _engine.TakeLoad();

        // Not cancellable from here on: the step has been learned and would be lost.
        long learned = Stopwatch.GetTimestamp();
        _engine.UsePolicy(_guard.PolicyVersion(step), CancellationToken.None);
        TimeSpan publishing = Stopwatch.GetElapsedTime(learned);
        EvaluationPoint? evaluated = null;
        if (_evaluation is not null && (step % _configuration.Evaluation.Every == 0 || step == Steps))
        {
            BeginStage(step, "evaluation");
            evaluated = MeasureLearned(() => _evaluation.Measure(step, CancellationToken.None));
        }
        double? agreement = null;
        if (_probe is not null && step % _configuration.Guard.ProbeEvery == 0)
        {
            BeginStage(step, "probe");
            agreement = MeasureLearned(_probe.Measure);
        }
        RolloutIncidents? incidents = _engine.TakeIncidents();
        _log?.AppendTrajectories(step, outcome);
        _log?.AppendAnswers(step, outcome.Groups);
        if (evaluated is not null)
        {
            _log?.AppendEvaluation(evaluated);
        }
        GuardResponse response = GuardResponse.None;
        Complete(log =>
        {
            StepMetrics measured = StepCosts.AddTo(
                log.Metrics(step, outcome, evaluated, incidents),
                outcome.Times,
                outcome.Learned,
                load,
                publishing,
                _configuration);
            StepMetrics metrics = _guard.Judge(measured with { PerturbedAgreement = agreement });
            response = _guard.Respond(_checkpoints.Exists);
            return metrics with { GuardReturnedTo = response.ReturnsTo };
        });
        return _processes.Size == 1
            ? response
            : JsonSerializer.Deserialize<GuardResponse>(
                _processes.Broadcast(JsonSerializer.SerializeToUtf8Bytes(response)))!;
    }

    // Without servers nothing is measured. The next step fails with the cause, after this one has been saved.
    private static T? MeasureLearned<T>(Func<T?> measure)
    {
        try
        {
            return measure();
        }
        catch (RolloutFailedException)
        {
            return default;
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
