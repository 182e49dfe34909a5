using Retrace.Configuration;
using Retrace.Data;
using Retrace.Files;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Problems;
using Retrace.Runs;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>An open run: its models, optimizer and log, and the lock on its folder.</summary>
public sealed class EvolutionRun : IDisposable
{
    private readonly Stack<IDisposable> _held = [];
    private readonly RunOptions _options;
    private readonly IProcessGroup _processes;
    private readonly RunCheckpoints _checkpoints;
    private string? _noticeOfType;

    private EvolutionRun(RunOptions options)
    {
        _options = options;
        _processes = options.Processes ?? new SingleProcess();
        Configuration = options.Resolve();
        _checkpoints = new RunCheckpoints(options.RunFolder, Configuration.Checkpointing.Keep);
    }

    /// <summary>The loop over the steps. <see cref="Evolve"/> runs it together with observers and the log.</summary>
    public EvolutionLoop Loop { get; private set; } = null!;

    /// <summary>Number of steps taken before the run was opened.</summary>
    public int StepsTaken { get; private set; }

    /// <summary>The resolved configuration.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>Number of problems to train on.</summary>
    public int ProblemCount { get; private set; }

    /// <summary>Records of the data that were skipped, with the reasons.</summary>
    public IReadOnlyList<SkippedProblem> Skipped { get; private set; } = [];

    /// <summary>Damaged checkpoints, which opening the run has moved aside.</summary>
    public IReadOnlyList<DamagedCheckpoint> Damaged { get; private set; } = [];

    /// <summary>The folder of the latest checkpoint; null if there is none yet.</summary>
    public string? LatestCheckpoint => _checkpoints.LatestStep is int step ? _checkpoints.DirectoryOf(step) : null;

    /// <summary>Loads and checks everything. Nothing is written before all checks have passed.</summary>
    /// <param name="options">The options. A resumed run may only change its length.</param>
    /// <param name="cancellation">Cancels the opening.</param>
    /// <exception cref="BadInputException">An option, the model or the data cannot be used.</exception>
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
    /// An option, the model or the data cannot be used, or the run began with other settings.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was interrupted and has left a checkpoint.</exception>
    public static EvolutionResult Complete(RunOptions options, CancellationToken cancellation = default)
    {
        options = options with { Resume = HoldsRun(options.RunFolder) };
        if (FindComplete(options.RunFolder, options.Resolve()) is string checkpoint)
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
    /// <exception cref="TrainingFailedException">The loss is not a number.</exception>
    public EvolutionResult Evolve(CancellationToken cancellation = default)
    {
        if (_processes.Rank == 0)
        {
            new ObservedRun(Loop, BeginningOf(), _options.Observers).Run(cancellation);
        }
        else
        {
            Loop.Run(StepsTaken, cancellation);
        }
        return new EvolutionResult(_options.RunFolder, _checkpoints.DirectoryOf(Math.Max(StepsTaken, Loop.Steps)));
    }

    // The last checkpoint's folder of a run that has taken all its steps; null where there are steps to take, and for a
    // run of epochs: how many steps that takes is known only when the data have been read.
    private static string? FindComplete(string runDirectory, RunConfiguration configuration)
    {
        if (!HoldsRun(runDirectory))
        {
            return null;
        }
        CheckSettings(runDirectory, configuration);
        var checkpoints = new RunCheckpoints(runDirectory, configuration.Checkpointing.Keep);
        if (configuration.Epochs is not null || checkpoints.FindIntact().Step is not int taken)
        {
            return null;
        }
        if (taken > configuration.Steps)
        {
            throw new BadInputException(
                $"The run in {runDirectory} has taken {taken} steps already, but steps is {configuration.Steps}; give "
                + "at least as many, or another --output.");
        }
        return taken == configuration.Steps ? checkpoints.DirectoryOf(taken) : null;
    }

    public void Dispose()
    {
        while (_held.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private RunStart BeginningOf() => new(
        _options.Name ?? Configuration.Method,
        _options.RunFolder,
        StepsTaken,
        Loop.Steps,
        ProblemCount,
        Skipped,
        [
            .. _noticeOfType is null ? Array.Empty<string>() : [_noticeOfType],
            .. Damaged.Select(damaged => $"{damaged.Damage}; the run goes on from step {StepsTaken}, and the damaged "
                + $"checkpoint is kept in {damaged.KeptAs}"),
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
        Parts parts = _processes.RunOnAll(() => LoadParts(_options.ModelFolder, cancellation));
        StepLog? log = _processes.RunOnAll(() => _processes.Rank == 0 ? BeginLog(runDirectory, resume, parts) : null);
        var schedule = new BatchSchedule(parts.Data.Problems.Count, Configuration.Data.Batch, Configuration.Seed);
        int steps = Configuration.Epochs is double epochs ? schedule.StepsFor(epochs) : Configuration.Steps;
        CsrsStep step = StepAssembly.StepOf(
            Configuration,
            Method.Of(Configuration),
            parts.Policy,
            parts.Engine,
            parts.Data,
            schedule,
            steps,
            parts.Learner,
            _processes);
        Loop = new EvolutionLoop(
            Configuration,
            step,
            steps,
            parts.Engine,
            parts.Evaluation,
            log,
            taken => SaveCheckpoint(taken, parts.Policy, parts.Learner),
            parts.Engine is OpenAiRolloutEngine
                ? new ServerCheck(Configuration, parts.Policy, parts.Engine, parts.Data, schedule, _processes).Run
                : null);
    }

    private Parts LoadParts(string modelDirectory, CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(modelDirectory, "config.json")))
        {
            // Checked before loading; loading reports what else is wrong with the folder.
            PlanThatFits(ModelFamilies.LoadConfig(modelDirectory), default);
        }
        VisionLanguageModel start = Hold(LoadModel(modelDirectory));
        _noticeOfType = ComputeSettings.NoticeOfType(start, Configuration.Model);
        if (start.Network.Adapter is not null)
        {
            throw new BadInputException(
                $"{modelDirectory} holds an adapter, and a run starts from a whole model; retrace export makes one of "
                + "the run that the adapter comes from.");
        }
        var preparation = new ProblemPreparation(start, Configuration.Data);
        UsableProblems data = UsableProblems.Read(
            _options.Problems(Configuration.Data), preparation, cancellation);
        MemoryPlan plan = PlanThatFits(start.Network.Config, data.LargestPrompt);
        ProblemCount = data.Problems.Count;
        Skipped = data.Skipped;
        UsableProblems? evaluationData = ReadEvaluationData(preparation, cancellation);

        (VisionLanguageModel policy, VisionLanguageNetwork? reference) = OpenPolicy(start);
        policy.Network.RecomputesActivations = plan.RecomputesActivations;
        policy.Network.Train(Configuration.Model.TrainVision);
        GrpoLearner learner = Hold(new GrpoLearner(
            policy.Network,
            reference,
            Configuration.Learning,
            Configuration.Rollout,
            Configuration.Seed,
            _processes));
        if (StepsTaken > 0)
        {
            _checkpoints.Restore(StepsTaken, learner.Optimizer);
        }
        IRolloutEngine engine = Configuration.Rollout.Engine == "openai"
            ? Hold(OpenAiRolloutEngine.Connect(
                policy, Configuration, Path.Combine(_options.RunFolder, RunFolder.RolloutWeights), cancellation, _processes))
            : new LocalRolloutEngine(policy.Network, Configuration.Rollout);
        PeriodicEvaluation? evaluation = evaluationData is null
            ? null
            : new PeriodicEvaluation(Evaluator.Of(policy, engine, preparation, Configuration), evaluationData, _processes);
        return new Parts(policy, engine, data, learner, evaluation);
    }

    private void FindCheckpoint()
    {
        (int? step, Damaged) = _checkpoints.FindIntact();
        StepsTaken = step ?? 0;
    }

    private StepLog BeginLog(string runDirectory, bool resume, Parts parts)
    {
        try
        {
            if (!resume)
            {
                Directory.CreateDirectory(runDirectory);
                Hold(RunLock.Take(runDirectory));
                CheckFolder(runDirectory, resume); // Another process may have written a run there meanwhile.
            }
            foreach (DamagedCheckpoint damaged in Damaged)
            {
                _checkpoints.SetAside(damaged);
            }
            AtomicFile.RemoveUnfinished(runDirectory);
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

    private void SaveCheckpoint(int step, VisionLanguageModel policy, GrpoLearner learner)
    {
        if (learner.Sharded is not ShardedTraining sharded)
        {
            _checkpoints.Save(step, policy, learner.Optimizer);
        }
        else if (_processes.Broadcast(_checkpoints.Exists(step) ? 1 : 0) == 1)
        {
            return;
        }
        else if (_processes.Rank == 0)
        {
            _checkpoints.Save(step, policy, learner.Optimizer.Step, sharded.StateToStore(learner.Optimizer));
        }
        else
        {
            sharded.SendState(learner.Optimizer);
        }
    }

    private MemoryPlan PlanThatFits(ModelConfig config, PromptSize largestPrompt)
    {
        var plan = MemoryPlan.Of(config, Configuration, largestPrompt, _processes.Size, _processes.LocalSize);
        plan.CheckFits(Configuration.Model);
        return plan;
    }

    private VisionLanguageModel LoadModel(string directory) =>
        ComputeSettings.LoadModel(directory, Configuration, _processes.LocalRank);

    // Loads the policy from the latest checkpoint, and uses the starting model as the reference if one is needed.
    private (VisionLanguageModel Policy, VisionLanguageNetwork? Reference) OpenPolicy(VisionLanguageModel start)
    {
        ModelSettings settings = Configuration.Model;
        if (ComputeSettings.AdapterOf(settings) is { } lora)
        {
            long seed = RandomStream.For(Configuration.Seed, Purpose.Adapter).NextInt64();
            VisionLanguageModel adapted = Hold(start.WithAdapter(lora, seed));
            if (StepsTaken > 0)
            {
                adapted.LoadAdapter(_checkpoints.DirectoryOf(StepsTaken));
            }
            return (adapted, start.Network);
        }
        if (StepsTaken > 0)
        {
            VisionLanguageModel trained =
                Hold(LoadModel(_checkpoints.DirectoryOf(StepsTaken)));
            return (trained, start.Network);
        }
        return (start, Configuration.Learning.Kl > 0 ? Hold(start.Network.Clone()) : null);
    }

    private UsableProblems? ReadEvaluationData(ProblemPreparation preparation, CancellationToken cancellation)
    {
        IProblemSource? source = _options.EvaluationProblems ?? (Configuration.Evaluation.Data is string path
            ? ProblemSources.Open(path, Configuration.Data.AllowOutsideImages)
            : null);
        return source is null
            ? null
            : UsableProblems.Read(source, preparation, cancellation)
                .Labeled(source.Name, Configuration.Evaluation.Limit);
    }

    private void CheckFolder(string runDirectory, bool resume)
    {
        bool holdsRun = HoldsRun(runDirectory);
        if (holdsRun && !resume)
        {
            throw new BadInputException(
                $"{runDirectory} already holds a run; go on with it by --resume, or give another --output.");
        }
        if (!holdsRun && resume)
        {
            throw new BadInputException($"{runDirectory} holds no run that --resume could go on with.");
        }
        if (resume)
        {
            CheckSettings(runDirectory, Configuration);
        }
    }

    private static bool HoldsRun(string runDirectory) => File.Exists(Path.Combine(runDirectory, RunFolder.Config));

    private static void CheckSettings(string runDirectory, RunConfiguration configuration)
    {
        RunConfiguration began = ConfigurationLayers.Read(Path.Combine(runDirectory, RunFolder.Config));
        if (ConfigurationLayers.FirstChange(began, configuration) is string key)
        {
            throw new BadInputException(
                $"{key} is not what the run in {runDirectory} began with; a resumed run can change its length, its "
                + "evaluation and what it keeps alone.");
        }
    }

    private T Hold<T>(T part)
        where T : IDisposable
    {
        _held.Push(part);
        return part;
    }

    private sealed record Parts(
        VisionLanguageModel Policy,
        IRolloutEngine Engine,
        UsableProblems Data,
        GrpoLearner Learner,
        PeriodicEvaluation? Evaluation);
}
