using Retrace.Configuration;
using Retrace.Data;
using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Checkpoints;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Training.DataParallel;
using Retrace.Training.Guarding;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Origins;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>An open run: its models, optimizer and log, and the lock on its folder.</summary>
public sealed class EvolutionRun : IDisposable
{
    private readonly Stack<IDisposable> _held = [];
    private readonly RunOptions _options;
    private readonly IProcessGroup _processes;
    private readonly RunCheckpoints _checkpoints;
    private readonly ResumeCheck _resumeCheck;
    private IReadOnlyList<SkippedProblem> _unusedAnswers = [];
    private ResumedOrigin? _origin; // In the process that writes it.
    private string? _noticeOfType;
    private IReadOnlyList<string> _chosenSizes = [];

    private EvolutionRun(RunOptions options)
    {
        _options = options;
        _processes = options.Processes ?? new SingleProcess();
        Configuration = options.Resolve();
        _checkpoints = new RunCheckpoints(options.RunFolder, Configuration.Checkpointing.Keep);
        _resumeCheck = new ResumeCheck(options.RunFolder, Configuration, options.AllowChanged);
    }

    /// <summary>The loop over the steps. <see cref="Evolve"/> runs it together with observers and the log.</summary>
    public EvolutionLoop Loop { get; private set; } = null!;

    /// <summary>Number of steps taken before the run was opened.</summary>
    public int StepsTaken { get; private set; }

    /// <summary>The resolved configuration, in which an open run has chosen what was left to its memory.</summary>
    public RunConfiguration Configuration { get; private set; }

    /// <summary>Number of problems to train on.</summary>
    public int ProblemCount { get; private set; }

    /// <summary>Records of the data that were skipped, with the reasons.</summary>
    public IReadOnlyList<SkippedProblem> Skipped { get; private set; } = [];

    /// <summary>Damaged checkpoints, which opening the run has moved aside.</summary>
    public IReadOnlyList<DamagedCheckpoint> Damaged { get; private set; } = [];

    /// <summary>The folder of the latest checkpoint; null if there is none yet.</summary>
    public string? LatestCheckpoint => _checkpoints.LatestStep is int step ? _checkpoints.DirectoryOf(step) : null;

    /// <summary>
    /// Loads and checks everything, and gives the rollout engine the policy. A run that is refused leaves no folder.
    /// </summary>
    /// <param name="options">
    /// The options. A resumed run may change its length and what it measures and keeps, turn its learning rate and the
    /// largest norm of a gradient down, and change what <see cref="RunOptions.AllowChanged"/> names.
    /// </param>
    /// <param name="cancellation">Cancels the opening.</param>
    /// <exception cref="BadInputException">
    /// An option, the model or the data cannot be used, or servers compute another policy than this process.
    /// </exception>
    /// <exception cref="OperationCanceledException">The opening was cancelled.</exception>
    /// <exception cref="RolloutFailedException">No server is left that could generate.</exception>
    /// <exception cref="OtherProcessFailedException">Another process could not open the run.</exception>
    public static EvolutionRun Open(RunOptions options, CancellationToken cancellation = default)
    {
        var run = new EvolutionRun(options);
        try
        {
            run.OpenParts(cancellation);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Starts a run, resumes the one in the folder, or returns the result of a complete one.</summary>
    /// <param name="options">
    /// The options; <see cref="RunOptions.Resume"/> is ignored, because the folder decides.
    /// </param>
    /// <param name="cancellation">Interrupts the run, which then leaves a checkpoint.</param>
    /// <exception cref="BadInputException">
    /// An option, the model or the data cannot be used, or the run began with others.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was interrupted and has left a checkpoint.</exception>
    public static EvolutionResult Complete(RunOptions options, CancellationToken cancellation = default)
    {
        options = options with { Resume = ResumeCheck.HoldsRun(options.RunFolder) };
        if (options.Resume && FindComplete(options, options.Resolve(), cancellation) is string checkpoint)
        {
            return new EvolutionResult(options.RunFolder, checkpoint);
        }
        using EvolutionRun run = Open(options, cancellation);
        return run.Evolve(cancellation);
    }

    /// <summary>
    /// Takes all steps that are left, tells the observers, and keeps the folder's log. A <see cref="StopRequest"/> ends
    /// it as an interruption does.
    /// </summary>
    /// <param name="cancellation">Interrupts the run, which then leaves a checkpoint of its last whole step.</param>
    /// <exception cref="OperationCanceledException">
    /// The run was interrupted, or was asked to stop (<see cref="RunStoppedException"/>).
    /// </exception>
    /// <exception cref="RolloutFailedException">No server is left; the last whole step has a checkpoint.</exception>
    /// <exception cref="TrainingFailedException">The loss is not a number, or memory is exhausted.</exception>
    /// <exception cref="CollapseException">The guard has stopped the run; its last step has a checkpoint.</exception>
    public EvolutionResult Evolve(CancellationToken cancellation = default)
    {
        if (_processes.Rank == 0)
        {
            new ObservedRun(Loop, DescribeStart(), _options.Observers).Run(cancellation);
        }
        else
        {
            Loop.Run(StepsTaken, cancellation);
        }
        return new EvolutionResult(_options.RunFolder, _checkpoints.DirectoryOf(Math.Max(StepsTaken, Loop.Steps)));
    }

    // The last checkpoint's folder of a run that has taken all its steps; null where there are steps to take, and for a
    // run of epochs: how many steps that takes is known only when the data have been read.
    private static string? FindComplete(
        RunOptions options, RunConfiguration configuration, CancellationToken cancellation)
    {
        string runDirectory = options.RunFolder;
        var check = new ResumeCheck(runDirectory, configuration, options.AllowChanged);
        check.CheckSettings();
        var checkpoints = new RunCheckpoints(runDirectory, configuration.Checkpointing.Keep);
        if (configuration.Epochs is not null || checkpoints.FindIntact().Step is not int taken
            || taken < configuration.Steps)
        {
            return null;
        }
        CheckLength(runDirectory, taken, configuration.Steps);
        IProblemSource source = options.Problems(configuration.Data);
        check.CheckSource(
            OriginMeasurement.ModelAt(options.ModelFolder),
            ProblemSetDigest.Of(source.Name, source.Read(), cancellation));
        return checkpoints.DirectoryOf(taken);
    }

    public void Dispose()
    {
        while (_held.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private RunStart DescribeStart() => new(
        _options.Name ?? Configuration.Method,
        _options.RunFolder,
        StepsTaken,
        Loop.Steps,
        ProblemCount,
        Skipped,
        [
            .. _noticeOfType is null ? Array.Empty<string>() : [_noticeOfType],
            .. _chosenSizes.Select(setting => $"{setting}, chosen by the memory that there is"),
            .. Damaged.Select(damaged => $"{damaged.Damage}; the run goes on from step {StepsTaken}, and the damaged "
                + $"checkpoint is kept in {damaged.KeptAs}"),
            .. _unusedAnswers is [SkippedProblem first, ..]
                ? [$"{_unusedAnswers.Count} answers are not measured with: {first.Id}, for one, because {first.Reason}"]
                : (string[])[],
            .. _origin!.Notices,
        ]);

    private void OpenParts(CancellationToken cancellation)
    {
        (string runDirectory, bool resume) = (_options.RunFolder, _options.Resume);
        _processes.RunOnAll(() =>
        {
            CheckFolder(runDirectory, resume);
            if (resume && _processes.Rank == 0)
            {
                Hold(RunLock.Take(runDirectory)); // First, so that no other process changes the run from here on.
                FindCheckpoint();
            }
        });
        StepsTaken = _processes.Broadcast(StepsTaken);
        (IProblemSource source, ProblemSet read) = _processes.RunOnAll(() => ReadProblems(cancellation));
        long? available = AvailableMemory.LeastOf(Configuration.Model, _processes); // Before a model takes of it.
        RunParts parts = Hold(_processes.RunOnAll(() => RunParts.Load(
            _options, Configuration, _processes, _checkpoints, StepsTaken, available, read, source.Name, cancellation)));
        _chosenSizes = SizesByMemory.Chosen(Configuration, parts.Configuration);
        Configuration = parts.Configuration;
        ProblemCount = parts.Data.Problems.Count;
        Skipped = parts.Data.Skipped;
        _unusedAnswers = parts.Data.UnusedAnswers;
        _noticeOfType = ComputeSettings.NoticeOfType(parts.Policy, Configuration.Model);
        var schedule = new BatchSchedule(ProblemCount, Configuration.Data.Batch, Configuration.Seed);
        int steps = Configuration.Epochs is double epochs ? schedule.StepsFor(epochs) : Configuration.Steps;
        _processes.RunOnAll(() => CheckLength(runDirectory, StepsTaken, steps));
        var policy = new FirstPolicy(_options, Configuration, parts, _processes);
        if (policy.Publish(StepsTaken, schedule, cancellation) is { } folderLock)
        {
            Hold(folderLock);
        }
        StepLog? log = _processes.RunOnAll(() => _processes.Rank == 0 ? BeginLog(runDirectory, parts) : null);
        CsrsStep step = StepAssembly.StepOf(
            Configuration,
            Method.Of(Configuration),
            parts.Policy,
            parts.Engine,
            parts.Data,
            schedule,
            steps,
            parts.Learner,
            parts.SideModels,
            _processes);
        Loop = new EvolutionLoop(
            Configuration,
            step,
            steps,
            parts.Engine,
            parts.Evaluation,
            StepAssembly.ProbeOf(
                Configuration, Method.Of(Configuration), parts.Policy, parts.Engine, parts.Data, _processes),
            log,
            new LoopCheckpoints(
                taken => SaveCheckpoint(taken, parts),
                () => LatestCheckpoint,
                _checkpoints.SetLatestAside,
                _checkpoints.Exists,
                parts.GoBack),
            parts.Guard,
            _processes);
    }

    // Reads the problems. The process that writes also compares them, and the model, to what the run began with, before
    // anything else is made of them: a model of another size is no damaged checkpoint.
    private (IProblemSource Source, ProblemSet Read) ReadProblems(CancellationToken cancellation)
    {
        IProblemSource source = _options.Problems(Configuration.Data);
        ProblemSet read = source.Read();
        if (_processes.Rank == 0)
        {
            ComputeSettings.Prepare(Configuration);
            var given = OriginMeasurement.Of(
                _options.ModelFolder,
                source.Name,
                read,
                ComputeSettings.DeviceOf(Configuration.Model, _processes.LocalRank),
                cancellation);
            _origin = _options.Resume
                ? _resumeCheck.Check(given, StepsTaken, StepsTaken > 0 ? _checkpoints.DirectoryOf(StepsTaken) : null)
                : new ResumedOrigin(given, []);
        }
        return (source, read);
    }

    private void FindCheckpoint()
    {
        (int? step, Damaged) = _checkpoints.FindIntact();
        StepsTaken = step ?? 0;
    }

    private StepLog BeginLog(string runDirectory, RunParts parts)
    {
        try
        {
            foreach (DamagedCheckpoint damaged in Damaged)
            {
                _checkpoints.SetAside(damaged);
            }
            AtomicFile.RemoveUnfinished(runDirectory);
            _checkpoints.RemoveSuperfluous(parts.Guard.Kept); // Left by a process that was killed.
            RunOriginFile.Write(runDirectory, _origin!.Origin); // First: a folder with settings is a run's.
            parts.Evaluation?.Describe().Write(Path.Combine(runDirectory, RunFolder.EvaluationCard));
            string yaml = Configuration.ToYaml(explain: true);
            AtomicFile.Write(Path.Combine(runDirectory, RunFolder.Config), stream =>
                stream.Write(System.Text.Encoding.UTF8.GetBytes(yaml)));
            // A run that is resumed without a checkpoint starts over.
            RunWriter writer = Hold(RunWriter.Open(runDirectory, StepsTaken > 0 ? StepsTaken : -1));
            return new StepLog(Configuration, parts.Policy.Tokenizer, parts.Data.Skipped.Count, writer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The run folder {runDirectory} cannot be written to: {error.Message}", error);
        }
    }

    private void SaveCheckpoint(int step, RunParts parts)
    {
        (VisionLanguageModel policy, GrpoLearner learner) = (parts.Policy, parts.Learner);
        if (learner.Sharded is not ShardedTraining sharded)
        {
            _checkpoints.Save(step, policy, learner.Optimizer, parts.SideModels.Teacher?.State, parts.Guard);
        }
        else if (_processes.Broadcast(_checkpoints.Exists(step) ? 1 : 0) == 1)
        {
            return;
        }
        else if (_processes.Rank == 0)
        {
            _checkpoints.Save(
                step,
                policy,
                learner.Optimizer.Step,
                parts.Guard,
                [
                    .. sharded.StateToStore(learner.Optimizer),
                    .. (parts.SideModels.Teacher?.State ?? []).Select(state => StoredTensor.Of(state.Name, state.Tensor)),
                ]);
        }
        else
        {
            sharded.SendState(learner.Optimizer);
        }
    }

    private void CheckFolder(string runDirectory, bool resume)
    {
        if (!resume)
        {
            ResumeCheck.RefuseRunIn(runDirectory);
        }
        else if (!ResumeCheck.HoldsRun(runDirectory))
        {
            throw new BadInputException($"{runDirectory} holds no run that --resume could go on with.");
        }
        else
        {
            _resumeCheck.CheckSettings();
        }
    }

    private static void CheckLength(string runDirectory, int stepsTaken, int steps)
    {
        if (stepsTaken > steps)
        {
            throw new BadInputException(
                $"The run in {runDirectory} has taken {stepsTaken} steps already, but is to have {steps}; give at "
                + "least as many, or another --output.");
        }
    }

    private T Hold<T>(T part)
        where T : IDisposable
    {
        _held.Push(part);
        return part;
    }
}
