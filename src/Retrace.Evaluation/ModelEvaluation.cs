using Retrace.Configuration;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Training.Evolution;
using Retrace.Training.Measurement;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation;

/// <summary>Measures a model on labeled problems.</summary>
public static class ModelEvaluation
{
    /// <summary>
    /// Loads the model, samples and grades responses, and writes the results where the options say.
    /// </summary>
    /// <param name="options">The model, the problems, and what to measure.</param>
    /// <param name="cancellation">Interrupts it; an evaluation in a folder can be resumed.</param>
    /// <exception cref="BadInputException">One of the inputs cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static EvaluationReport Run(EvaluationOptions options, CancellationToken cancellation = default)
    {
        RunConfiguration configuration =
            options.Configuration ?? ConfigurationLayers.Resolve(options.ModelFolder, file: null, overrides: []);
        configuration.Check();
        EvaluationData data = options.Read(configuration.Data);
        using VisionLanguageModel model = ComputeSettings.LoadModel(options.ModelFolder, configuration);
        // A benchmark without its longest prompts would be another one.
        ProblemPreparation preparation = new(
            model,
            data.Benchmark is null ? configuration.Data : configuration.Data with { MaxPromptTokens = int.MaxValue });
        UsableProblems usable = UsableProblems.Of(data.Problems, data.Path, preparation, cancellation);
        IReadOnlyList<Problem> labeled = usable.Labeled(data.Path, configuration.Evaluation.Limit).Problems;
        EvaluationPlan plan = new(
            options.ShuffleImages ? ImageExchange.Of(labeled, configuration.Seed) : labeled, options.Perturbations);
        var manifest = EvaluationManifest.Of(
            options.ModelFolder, configuration, data, usable, plan, options.ShuffleImages,
            ComputeSettings.NameOf(model.Network.Parameters.Type))
            .With(EvaluationCard.Of(model, options.ModelFolder, data.Path, labeled.Count, configuration) with
            {
                ModelSha256 = EvaluationDigest.OfModel(options.ModelFolder),
                ProblemsSha256 = EvaluationDigest.OfProblems(labeled, data.Keys),
            });

        EvaluationFolder? folder = options.Output is string path && IsFolder(path) ? new EvaluationFolder(path) : null;
        using IDisposable? held = folder?.Lock();
        manifest = folder?.Claim(manifest, labeled, data.Keys) ?? manifest;
        using SampleLog? log = folder?.OpenSamples(plan, manifest.Samples, data);
        LocalRolloutEngine engine = new(model.Network, configuration.Rollout);
        var evaluator = Evaluator.Of(model, engine, preparation, configuration);
        int total = labeled.Count * (1 + options.Perturbations.Count);
        IReadOnlyList<IReadOnlyList<GradedProblem>> views = new PlannedEvaluation(evaluator, plan).Run(
            data.Keys, log, cancellation, done => options.OnProblems?.Invoke(done, total));
        var report = EvaluationReport.Of(manifest, data, plan, views);
        if (folder is not null)
        {
            folder.WriteResults(manifest, data, report);
        }
        else if (options.Output is string file)
        {
            report.Write(file);
        }
        return report;
    }

    private static bool IsFolder(string path) =>
        Directory.Exists(path) || Path.EndsInDirectorySeparator(path) || Path.GetExtension(path) == "";
}
