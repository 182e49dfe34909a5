using Retrace.Files;

namespace Retrace.Runs;

/// <summary>The names of the files in a run's folder. TensorBoard's event files lie beside them.</summary>
public static class RunFolder
{
    /// <summary>The configuration as resolved: file, overrides and defaults together.</summary>
    public const string Config = "config.yaml";

    /// <summary>Holds the <see cref="RunOrigin"/>: model, data, versions and device that the run was started with.</summary>
    public const string Origin = "origin.json";

    /// <summary>Holds one <see cref="StepMetrics"/> per line.</summary>
    public const string Metrics = "metrics.jsonl";

    /// <summary>Holds one <see cref="TrajectorySample"/> per line.</summary>
    public const string Trajectories = "trajectories.jsonl";

    /// <summary>Holds one <see cref="GroupAnswers"/> per line.</summary>
    public const string Answers = "answers.jsonl";

    /// <summary>How the evaluations during the run are made: prompt, sampling, versions, digests.</summary>
    public const string EvaluationCard = "evaluation-card.json";

    /// <summary>Holds one <see cref="EvaluationSample"/> per line; empty where nothing is evaluated.</summary>
    public const string EvaluationSamples = "evaluation-samples.jsonl";

    /// <summary>Holds <c>step-N/</c> folders.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>
    /// The folder of the weights that rollout servers load after each update, where no other is configured.
    /// </summary>
    public const string RolloutWeights = "rollout-weights";

    /// <summary>The file of the run's HTML report.</summary>
    public const string Report = "report.html";

    /// <summary>The run's log in words: see <see cref="RunLog"/>.</summary>
    public const string Log = "log.txt";

    /// <summary>Held locked while a process is at work in the folder: see <see cref="RunLock"/>.</summary>
    public const string Lock = "run.lock";

    /// <summary>The presence of this file asks the run to end: see <see cref="StopRequest"/>.</summary>
    public const string Stop = "stop";

    private const long LargestConfig = 1 << 20; // Bytes, as for settings files.

    /// <summary>The text of a run's <see cref="Config"/>.</summary>
    /// <exception cref="BadInputException">It is longer than any settings file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    internal static string ReadConfig(string directory) =>
        InputFile.ReadAllText(Path.Combine(directory, Config), LargestConfig);
}
