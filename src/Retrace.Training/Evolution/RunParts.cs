using Retrace.Configuration;
using Retrace.Data;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Training.DataParallel;
using Retrace.Training.Guarding;
using Retrace.Training.Learning;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>What a run computes with: its models, data, learner and rollout engine.</summary>
internal sealed class RunParts : IDisposable
{
    private readonly Stack<IDisposable> _held = [];
    private readonly RunOptions _options;
    private readonly long? _available;
    private RunConfiguration _configuration;
    private readonly IProcessGroup _processes;
    private readonly RunCheckpoints _checkpoints;
    private readonly int _stepsTaken;

    private RunParts(
        RunOptions options,
        RunConfiguration configuration,
        IProcessGroup processes,
        RunCheckpoints checkpoints,
        int stepsTaken,
        long? available)
    {
        _options = options;
        _configuration = configuration;
        _processes = processes;
        _checkpoints = checkpoints;
        _stepsTaken = stepsTaken;
        _available = available;
    }

    /// <summary>The settings, with sizes that fit into memory where they were left open.</summary>
    public RunConfiguration Configuration => _configuration;

    public VisionLanguageModel Policy { get; private set; } = null!;

    public IRolloutEngine Engine { get; private set; } = null!;

    public UsableProblems Data { get; private set; } = null!;

    public GrpoLearner Learner { get; private set; } = null!;

    /// <summary>The models beside the policy that the rule asks.</summary>
    public SideModels SideModels { get; private set; } = null!;

    public RunGuard Guard { get; private set; } = null!;

    /// <summary>Null where nothing is measured during the run.</summary>
    public PeriodicEvaluation? Evaluation { get; private set; }

    /// <summary>Loads everything, and checks that it fits together and into memory.</summary>
    /// <param name="stepsTaken">The step of the checkpoint that the policy is loaded from; 0: the model itself.</param>
    /// <param name="available">Bytes that this process can have where its tensors live; null: unknown.</param>
    /// <param name="read">The problems as they were read.</param>
    /// <param name="source">The name of their source, for messages.</param>
    /// <exception cref="BadInputException">Something cannot be used.</exception>
    public static RunParts Load(
        RunOptions options,
        RunConfiguration configuration,
        IProcessGroup processes,
        RunCheckpoints checkpoints,
        int stepsTaken,
        long? available,
        ProblemSet read,
        string source,
        CancellationToken cancellation)
    {
        var parts = new RunParts(options, configuration, processes, checkpoints, stepsTaken, available);
        try
        {
            parts.Load(read, source, cancellation);
            return parts;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Puts weights and optimizer back to those of a checkpoint, and lowers the learning rate as the guard says. The
    /// count of steps goes on.
    /// </summary>
    /// <param name="step">The step of the checkpoint.</param>
    /// <exception cref="BadInputException">The checkpoint is damaged.</exception>
    public void GoBack(int step)
    {
        string directory = _checkpoints.DirectoryOf(step);
        using var noGrad = no_grad();
        if (Policy.Network.Adapter is null)
        {
            Policy.LoadWeights(directory);
        }
        else
        {
            Policy.LoadAdapter(directory);
        }
        Restore(step);
        Guard.Return(step);
        Learner.LearningRateScale = Guard.State.LearningRateScale;
    }

    public void Dispose()
    {
        while (_held.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }
    }

    private void Load(ProblemSet read, string source, CancellationToken cancellation)
    {
        string modelFolder = _options.ModelFolder;
        if (File.Exists(Path.Combine(modelFolder, "config.json")))
        {
            // Checked before loading; loading reports what else is wrong with the folder.
            ModelConfig config = ModelFamilies.LoadConfig(modelFolder);
            IntendedModel.Check(_configuration.Model, config, modelFolder);
            PlanThatFits(config, default, _configuration);
        }
        VisionLanguageModel start = Hold(LoadModel(modelFolder));
        if (start.Network.Adapter is not null)
        {
            throw new BadInputException(
                $"{modelFolder} holds an adapter, and a run starts from a whole model; retrace export makes one of "
                + "the run that the adapter comes from.");
        }
        var preparation = new ProblemPreparation(start, _configuration.Data);
        Data = UsableProblems.Of(read, source, preparation, cancellation);
        (string Name, UsableProblems Usable)? measured = ReadEvaluationData(preparation, cancellation);
        (MemoryPlan plan, _configuration) = PlanThatFits(
            start.Network.Config, UsableProblems.LargestPromptOf(Data, measured?.Usable), _configuration);
        _options.Memory?.Take(plan, cancellation);

        RewardInputs reads = Method.Of(_configuration).Rule.Reads;
        (Policy, VisionLanguageNetwork? reference) = OpenPolicy(start, reads);
        Policy.Network.RecomputesActivations = plan.RecomputesActivations;
        Policy.Network.Train(_configuration.Model.TrainVision);
        AveragedTeacher? teacher = reads.HasFlag(RewardInputs.TeacherAnswers) ? OpenTeacher(start, reads) : null;
        SideModels = new SideModels(AsksStart(reads) ? reference : null, teacher);
        Learner = Hold(new GrpoLearner(
            Policy.Network,
            teacher?.Network ?? reference,
            _configuration.Learning,
            _configuration.Rollout,
            _configuration.Seed,
            _processes));
        Guard = new RunGuard(
            _configuration.Guard, _stepsTaken > 0 ? Restore(_stepsTaken) : null);
        Learner.LearningRateScale = Guard.State.LearningRateScale;
        Engine = _configuration.Rollout.Engine == "openai"
            ? Hold(OpenAiRolloutEngine.Connect(
                Policy,
                _configuration,
                Path.Combine(_options.RunFolder, RunFolder.RolloutWeights),
                cancellation,
                _processes))
            : new LocalRolloutEngine(Policy.Network, _configuration.Rollout);
        if (measured is var (name, problems))
        {
            Evaluation = new PeriodicEvaluation(
                Evaluator.Of(Policy, Engine, preparation, _configuration),
                problems,
                EvaluationCard.Of(Policy, modelFolder, name, problems.Problems.Count, _configuration),
                _processes);
        }
    }

    // The settings are those of the plan.
    private (MemoryPlan Plan, RunConfiguration Settings) PlanThatFits(
        ModelConfig config, PromptSize largestPrompt, RunConfiguration given)
    {
        RunConfiguration settings = SizesByMemory.Choose(config, given, largestPrompt, _available, _processes.Size);
        var plan = MemoryPlan.Within(_available, config, settings, largestPrompt, _processes.Size);
        plan.CheckFits(settings.Model);
        return (plan, settings);
    }

    private VisionLanguageModel LoadModel(string directory) =>
        ComputeSettings.LoadModel(directory, _configuration, _processes.LocalRank);

    // Optimizer and teacher. The weights are loaded as a model.
    private GuardState? Restore(int step)
    {
        GuardState? guard = _checkpoints.Restore(step, Learner.Optimizer, SideModels.Teacher?.State);
        SideModels.Teacher?.UseAverages();
        return guard;
    }

    private static bool AsksStart(RewardInputs reads) =>
        (reads & (RewardInputs.StartAnswers | RewardInputs.Judgements)) != RewardInputs.None;

    // A teacher is the reference as well, so of a run with one the start model may not be needed any more.
    private AveragedTeacher OpenTeacher(VisionLanguageModel start, RewardInputs reads)
    {
        bool canTakeStart = Policy != start && Policy.Network.Adapter is null && !AsksStart(reads);
        return Hold(new AveragedTeacher(
            canTakeStart ? start.Network : Hold(Policy.Network.Clone()), Policy.Network));
    }

    // Loads the policy from the checkpoint, and uses the starting model as the reference if one is needed.
    private (VisionLanguageModel Policy, VisionLanguageNetwork? Reference) OpenPolicy(
        VisionLanguageModel start, RewardInputs reads)
    {
        if (ComputeSettings.AdapterOf(_configuration.Model) is { } lora)
        {
            long seed = RandomStream.For(_configuration.Seed, Purpose.Adapter).NextInt64();
            VisionLanguageModel adapted = Hold(start.WithAdapter(lora, seed));
            if (_stepsTaken > 0)
            {
                adapted.LoadAdapter(_checkpoints.DirectoryOf(_stepsTaken));
            }
            return (adapted, start.Network);
        }
        if (_stepsTaken > 0)
        {
            return (Hold(LoadModel(_checkpoints.DirectoryOf(_stepsTaken))), start.Network);
        }
        bool isReference = _configuration.Learning.Kl > 0 && !reads.HasFlag(RewardInputs.TeacherAnswers);
        return (start, isReference || AsksStart(reads) ? Hold(start.Network.Clone()) : null);
    }

    private (string Name, UsableProblems Usable)? ReadEvaluationData(
        ProblemPreparation preparation, CancellationToken cancellation)
    {
        IProblemSource? source = _options.Measured(_configuration);
        return source is null
            ? null
            : (source.Name, UsableProblems.Read(source, preparation, cancellation)
                .Labeled(source.Name, _configuration.Evaluation.Limit));
    }

    private T Hold<T>(T part)
        where T : IDisposable
    {
        _held.Push(part);
        return part;
    }
}
