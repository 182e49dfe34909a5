using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Perturbations;

namespace Retrace.Evaluation;

/// <summary>
/// The inputs of an evaluation: a model, labeled problems, and settings that differ from the defaults.
/// </summary>
public sealed record EvaluationOptions
{
    private readonly Func<DataSettings, EvaluationData> _read;

    /// <summary>An evaluation on the problems of a file.</summary>
    /// <param name="modelFolder">The model's folder, or a run's checkpoint.</param>
    /// <param name="dataFile">Labeled problems; with a benchmark its file or folder.</param>
    /// <param name="benchmark">
    /// The benchmark whose prompt, answers, categories and metric to use; null for none.
    /// </param>
    public EvaluationOptions(string modelFolder, string dataFile, string? benchmark = null)
    {
        ModelFolder = modelFolder;
        _read = settings => EvaluationData.Read(
            dataFile, benchmark, settings.AllowOutsideImages, settings.ImageDir);
    }

    /// <summary>An evaluation on problems that a program supplies.</summary>
    /// <param name="modelFolder">As above.</param>
    /// <param name="problems">Labeled problems.</param>
    public EvaluationOptions(string modelFolder, IProblemSource problems)
        : this(modelFolder, new ProblemOrigin(problems))
    {
    }

    internal EvaluationOptions(string modelFolder, ProblemOrigin problems)
    {
        ModelFolder = modelFolder;
        _read = settings =>
            EvaluationData.Of(problems.Open(settings.AllowOutsideImages, settings.ImageDir)) with { Path = problems.Name };
    }

    /// <summary>The folder of the model to evaluate.</summary>
    public string ModelFolder { get; }

    /// <summary>
    /// All settings; null: the defaults under what the model's folder recommends
    /// (<see cref="ConfigurationLayers.Resolve"/>).
    /// </summary>
    public RunConfiguration? Configuration { get; init; }

    /// <summary>Shows every problem the image of another: what is still right was not read from the image.</summary>
    public bool ShuffleImages { get; init; }

    /// <summary>All problems are measured once more under each of these.</summary>
    public IReadOnlyList<PerturbationChoice> Perturbations { get; init; } = [];

    /// <summary>
    /// A file for the results; or, without an extension, a folder that keeps each sample as it comes, where an
    /// interrupted evaluation is resumed. Null: nothing is written.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>
    /// Called with the number of problems done and their total; each perturbation counts them once more.
    /// </summary>
    public Action<int, int>? OnProblems { get; init; }

    internal EvaluationData Read(DataSettings settings) => _read(settings);
}
