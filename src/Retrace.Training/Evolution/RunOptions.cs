using System.Diagnostics.CodeAnalysis;
using Retrace.Anchors;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Perturbations;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Training.DataParallel;

namespace Retrace.Training.Evolution;

/// <summary>The options of a run: a model, problems, a folder, and changes of the defaults.</summary>
public sealed record RunOptions
{
    private readonly ProblemOrigin _problems;

    /// <summary>Creates options for a run on problems from a source of your own.</summary>
    /// <param name="modelFolder">
    /// The folder of the model to start from, which is also the reference policy.
    /// </param>
    /// <param name="problems">The problems to train on.</param>
    /// <param name="runFolder">A new folder, or that of a run to resume.</param>
    public RunOptions(string modelFolder, IProblemSource problems, string runFolder)
        : this(modelFolder, new ProblemOrigin(problems), runFolder)
    {
    }

    /// <summary>Creates options for a run on the problems in a file or folder.</summary>
    /// <param name="modelFolder">The folder of the model to start from.</param>
    /// <param name="dataFile">A .jsonl, .json or .parquet file, or a folder: see <see cref="ProblemSources.Open"/>.</param>
    /// <param name="runFolder">A new folder, or that of a run to resume.</param>
    public RunOptions(string modelFolder, string dataFile, string runFolder)
        : this(modelFolder, new ProblemOrigin(dataFile), runFolder)
    {
    }

    internal RunOptions(string modelFolder, ProblemOrigin problems, string runFolder)
    {
        ModelFolder = modelFolder;
        RunFolder = runFolder;
        _problems = problems;
    }

    /// <summary>The folder of the model to start from.</summary>
    public string ModelFolder { get; }

    /// <summary>The folder that the run writes to.</summary>
    public string RunFolder { get; }

    /// <summary>
    /// All settings. Null: for a resumed run, those it began with; for a new run, what the model folder recommends over
    /// the defaults (<see cref="ConfigurationLayers.Resolve"/>).
    /// </summary>
    public RunConfiguration? Configuration { get; init; }

    /// <summary>Number of steps; overrides the configuration's steps and epochs.</summary>
    public int? Steps { get; init; }

    /// <summary>The seed; overrides the configuration's.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// A reward rule that replaces the configuration's method and rule. It is registered under the name of its class,
    /// which the run's <c>config.yaml</c> then holds as <c>reward.rule</c>: rules of two runs that are opened at the same
    /// time need two classes.
    /// </summary>
    public IRewardRule? Reward { get; init; }

    /// <summary>
    /// An anchor rule, registered in the same way as <c>retrace.anchor</c>. With several keep rates it chooses every
    /// anchor.
    /// </summary>
    public IAnchorRule? Anchor { get; init; }

    /// <summary>An image perturbation, registered in the same way as <c>retrace.perturbation</c>.</summary>
    public IImagePerturbation? Perturbation { get; init; }

    /// <summary>
    /// Labeled problems to measure on during the run, in place of those that <c>evaluation.data</c> names.
    /// </summary>
    public IProblemSource? EvaluationProblems { get; init; }

    /// <summary>Whether to resume the run in the folder from its latest intact checkpoint.</summary>
    public bool Resume { get; init; }

    /// <summary>What may differ from what a resumed run began with; its log records what it was before.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>The name that dashboards and reports show; null: the method's name.</summary>
    public string? Name { get; init; }

    /// <summary>The observers to notify of the run's progress.</summary>
    public IReadOnlyList<IRunObserver> Observers { get; init; } = [];

    /// <summary>The processes that open the run and train together; null: this one alone.</summary>
    public IProcessGroup? Processes { get; init; }

    /// <summary>Its share of memory when other runs are in progress in this process; null: it is the only one.</summary>
    internal SharedMemory.Share? Memory { get; init; }

    /// <summary>Opens the source of problems with the given settings.</summary>
    internal IProblemSource Problems(DataSettings settings) => _problems.Open(settings.AllowOutsideImages, settings.ImageDir);

    /// <summary>Opens the source of the problems to measure on; null where nothing is measured.</summary>
    internal IProblemSource? Measured(RunConfiguration settings) =>
        EvaluationProblems ?? (settings.Evaluation.Data is string path
            ? ProblemSources.Open(path, settings.Data.AllowOutsideImages, settings.Data.ImageDir)
            : null);

    /// <summary>Resolves and checks the settings from all options.</summary>
    /// <exception cref="BadInputException">A file of settings cannot be read, or a setting cannot be used.</exception>
    internal RunConfiguration Resolve()
    {
        Register(); // First, so that a config.yaml that names the registered rules can be read.
        RunConfiguration given = Configuration ?? ReadConfiguration();
        RunConfiguration resolved = given with
        {
            Steps = Steps ?? given.Steps,
            Epochs = Steps is null ? given.Epochs : null,
            Seed = Seed ?? given.Seed,
            Method = Reward is null ? given.Method : Method.Csrs,
            Reward = given.Reward with { Rule = NameOf(Reward) ?? given.Reward.Rule },
            Retracing = given.Retracing with
            {
                Anchor = NameOf(Anchor) ?? given.Retracing.Anchor,
                Perturbation = NameOf(Perturbation) ?? given.Retracing.Perturbation,
            },
        };
        resolved.Check();
        return resolved;
    }

    // Registered by name, so that the configuration can refer to them and config.yaml describes the run.
    private void Register()
    {
        if (Reward is IRewardRule reward)
        {
            RewardRules.Register(NameOf(reward), _ => reward);
        }
        if (Anchor is IAnchorRule anchor)
        {
            AnchorRules.Register(NameOf(anchor), _ => anchor);
        }
        if (Perturbation is IImagePerturbation perturbation)
        {
            ImagePerturbations.Register(NameOf(perturbation), _ => perturbation);
        }
    }

    private RunConfiguration ReadConfiguration()
    {
        string began = Path.Combine(RunFolder, Runs.RunFolder.Config);
        return Resume && File.Exists(began)
            ? ConfigurationLayers.Read(began)
            : ConfigurationLayers.Resolve(ModelFolder, file: null, overrides: []);
    }

    [return: NotNullIfNotNull(nameof(handedIn))]
    private static string? NameOf(object? handedIn) => handedIn?.GetType().Name.Split('`')[0]; // Generic or not.
}
