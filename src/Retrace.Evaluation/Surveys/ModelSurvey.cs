using Retrace.Configuration;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;

namespace Retrace.Evaluation.Surveys;

/// <summary>Maps how a model's right and wrong answers survive retracing.</summary>
public static class ModelSurvey
{
    /// <summary>Loads the model and takes a <see cref="SurvivalSurvey"/> with it.</summary>
    /// <param name="options">The model, the problems and the ways to retrace.</param>
    /// <param name="cancellation">Ends the survey.</param>
    /// <exception cref="BadInputException">One of the inputs cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static IReadOnlyList<SurvivalPoint> Run(SurveyOptions options, CancellationToken cancellation = default)
    {
        RunConfiguration configuration =
            options.Configuration ?? ConfigurationLayers.Resolve(options.ModelFolder, file: null, overrides: []);
        configuration.Check();
        if (configuration.Retracing.Samples < 2)
        {
            throw new BadInputException(
                $"retrace.samples is {configuration.Retracing.Samples}, but survival is measured with 2 or more "
                + "continuations");
        }
        using VisionLanguageModel model = ComputeSettings.LoadModel(options.ModelFolder, configuration);
        var usable = UsableProblems.Read(
            options.Problems(configuration.Data), new ProblemPreparation(model, configuration.Data), cancellation);
        Problem[] problems = [.. usable.Problems.Take(options.Limit ?? int.MaxValue)];
        return new SurvivalSurvey(model, configuration, usable.Labels)
            .Take(problems, options.Choices, cancellation, options.OnBatches);
    }
}
