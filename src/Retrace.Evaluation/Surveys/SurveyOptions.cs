using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;

namespace Retrace.Evaluation.Surveys;

/// <summary>The inputs of a survival map: a model, problems, and the ways to retrace that it compares.</summary>
public sealed record SurveyOptions
{
    private readonly ProblemOrigin _problems;

    /// <summary>A survey on the problems of a file.</summary>
    /// <param name="modelFolder">The model's folder, or a run's checkpoint.</param>
    /// <param name="dataFile">Problems; those with a label tell right answers from wrong ones.</param>
    /// <param name="choices">In the order of the points; see <see cref="SurveyPlan.Of"/>.</param>
    public SurveyOptions(string modelFolder, string dataFile, IReadOnlyList<RetracingChoice> choices)
        : this(modelFolder, new ProblemOrigin(dataFile), choices)
    {
    }

    /// <summary>A survey on problems that a program supplies.</summary>
    /// <inheritdoc cref="SurveyOptions(string, string, IReadOnlyList{RetracingChoice})"/>
    public SurveyOptions(string modelFolder, IProblemSource problems, IReadOnlyList<RetracingChoice> choices)
        : this(modelFolder, new ProblemOrigin(problems), choices)
    {
    }

    private SurveyOptions(string modelFolder, ProblemOrigin problems, IReadOnlyList<RetracingChoice> choices)
    {
        ModelFolder = modelFolder;
        Choices = choices;
        _problems = problems;
    }

    /// <summary>The folder of the model to survey.</summary>
    public string ModelFolder { get; }

    /// <summary>The ways to retrace that the survey compares.</summary>
    public IReadOnlyList<RetracingChoice> Choices { get; }

    /// <summary>
    /// Sampling, seed and batch; null: the defaults under what the model's folder recommends
    /// (<see cref="ConfigurationLayers.Resolve"/>).
    /// </summary>
    public RunConfiguration? Configuration { get; init; }

    /// <summary>Uses only the first problems; null: all.</summary>
    public int? Limit { get; init; }

    /// <summary>Called with the number of batches done and their total.</summary>
    public Action<int, int>? OnBatches { get; init; }

    internal IProblemSource Problems(DataSettings settings) => _problems.Open(settings.AllowOutsideImages, settings.ImageDir);
}
