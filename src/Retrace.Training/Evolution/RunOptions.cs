using System.Diagnostics.CodeAnalysis;
using Retrace.Anchors;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Perturbations;
using Retrace.Rewards;
using Retrace.Runs;
using Retrace.Training.DataParallel;

namespace Retrace.Training.Evolution;

/// <summary>What a run is made of: a model, problems, a folder, and what differs from the defaults.</summary>
public sealed record RunOptions
{
    private readonly Func<DataSettings, IProblemSource> _problems;

    /// <summary>A run on problems that a program brings along.</summary>
    /// <param name="modelFolder">
    /// The model to start from; the reference policy, also when a run is resumed.
    /// </param>
    /// <param name="problems">The problems to train on.</param>
    /// <param name="runFolder">New; or a run's that <see cref="Resume"/> goes on with.</param>
    public RunOptions(string modelFolder, IProblemSource problems, string runFolder)
        : this(modelFolder, _ => problems, runFolder)
    {
    }

    /// <summary>A run on the problems of a file.</summary>
    /// <param name="modelFolder">As above.</param>
    /// <param name="dataFile">A .jsonl or .parquet file, or a folder: see <see cref="ProblemSources.Open"/>.</param>
    /// <param name="runFolder">As above.</param>
    public RunOptions(string modelFolder, string dataFile, string runFolder)
        : this(modelFolder, settings => ProblemSources.Open(dataFile, settings.AllowOutsideImages), runFolder)
    {
    }

    private RunOptions(string modelFolder, Func<DataSettings, IProblemSource> problems, string runFolder)
    {
        ModelFolder = modelFolder;
        RunFolder = runFolder;
        _problems = problems;
    }

    /// <summary>The model to start from.</summary>
    public string ModelFolder { get; }

    /// <summary>The run's folder.</summary>
    public string RunFolder { get; }

    /// <summary>
    /// All settings. Null: those that the run began with where it is resumed, else the defaults under what the model's
    /// folder recommends (<see cref="ConfigurationLayers.Resolve"/>).
    /// </summary>
    public RunConfiguration? Configuration { get; init; }

    /// <summary>Goes before the configuration's number of steps, and before its epochs.</summary>
    public int? Steps { get; init; }

    /// <summary>Goes before the configuration's seed.</summary>
    public long? Seed { get; init; }

    /// <summary>
    /// A reward rule in place of the configuration's method and rule. It is registered under the name of its class, which
    /// the run's <c>config.yaml</c> then holds as <c>reward.rule</c>.
    /// </summary>
    public IRewardRule? Reward { get; init; }

    /// <summary>An anchor rule, likewise as <c>retrace.anchor</c>. With several keep rates it chooses each anchor.</summary>
    public IAnchorRule? Anchor { get; init; }

    /// <summary>An image perturbation, likewise as <c>retrace.perturbation</c>.</summary>
    public IImagePerturbation? Perturbation { get; init; }

    /// <summary>Labeled problems to measure on during the run, in place of those that <c>evaluation.data</c> names.</summary>
    public IProblemSource? EvaluationProblems { get; init; }

    /// <summary>Whether to go on with the run in the folder, from its latest checkpoint that is intact.</summary>
    public bool Resume { get; init; }

    /// <summary>What the run is called where it is shown; null: by its method.</summary>
    public string? Name { get; init; }

    /// <summary>Are told how the run goes.</summary>
    public IReadOnlyList<IRunObserver> Observers { get; init; } = [];

    /// <summary>Those that open the run and train together; null: this process alone.</summary>
    public IProcessGroup? Processes { get; init; }

    /// <summary>The problems, read as the settings say.</summary>
    internal IProblemSource Problems(DataSettings settings) => _problems(settings);

    /// <summary>The settings as all of the options together make them, checked.</summary>
    /// <exception cref="BadInputException">A file of settings cannot be read, or a setting cannot be used.</exception>
    internal RunConfiguration Resolve()
    {
        Register(); // First, so that a config.yaml which names what was handed in can be read.
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

    // Under a name, so that whatever asks the configuration for a rule finds it, and config.yaml says what the run is.
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
    private static string? NameOf(object? handedIn) => handedIn?.GetType().Name.Split('`')[0]; // Of a generic class, too.
}
