using Retrace.Configuration;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The test that compares models: sampled responses to labeled problems that none was trained on.</summary>
/// <param name="Data">The problems' file.</param>
/// <param name="Samples">Responses for each problem.</param>
/// <param name="Limit">Only the first labeled problems; null: all.</param>
public sealed record HeldOutTest(string Data, int Samples, int? Limit = null)
{
    /// <summary>Samples and grades; the configuration's seed names the random numbers.</summary>
    /// <param name="modelDirectory">A model, or a run's checkpoint.</param>
    /// <param name="configuration">How the model is loaded and responses are sampled.</param>
    /// <exception cref="BadInputException">The model or the problems cannot be used.</exception>
    public EvaluationReport Measure(
        string modelDirectory, RunConfiguration configuration, CancellationToken cancellation) =>
        ModelEvaluation.Run(
            new EvaluationOptions(modelDirectory, Data) { Configuration = Asking(configuration) }, cancellation);

    /// <summary>
    /// Reads the result from the file if it holds this very measurement; otherwise measures and writes it.
    /// </summary>
    /// <inheritdoc cref="Measure"/>
    public TestResult MeasureOnce(
        string file, string modelDirectory, RunConfiguration configuration, CancellationToken cancellation)
    {
        if (File.Exists(file)
            && StoredEvaluation.Read(file) is StoredEvaluation stored
            && IsSame(stored.Model, modelDirectory)
            && IsSame(stored.Data, Data)
            && stored.Sampling == ResponseSampling.OfEvaluation(Asking(configuration))
            && stored.Extraction == configuration.Reward.Extraction
            && stored.Limit == Limit)
        {
            return new TestResult(stored.Summary, stored.Categories);
        }
        EvaluationReport report = Measure(modelDirectory, configuration, cancellation);
        report.Write(file);
        return new TestResult(report.Summary, report.Categories.ToDictionary(part => part.Name, part => part.Summary));
    }

    private static bool IsSame(string path, string other) => Path.GetFullPath(path) == Path.GetFullPath(other);

    // How many samples of how many problems the test takes is its own.
    private RunConfiguration Asking(RunConfiguration configuration) => configuration with
    {
        Evaluation = configuration.Evaluation with { Samples = Samples, Limit = Limit },
    };
}
