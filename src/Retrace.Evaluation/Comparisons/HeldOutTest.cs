using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Benchmarks;
using Retrace.Data.Formats;
using Retrace.Problems;
using Retrace.Training.Measurement;
using Retrace.Training.Rollouts;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The test that compares models: sampled responses to labeled problems that none was trained on.</summary>
public sealed class HeldOutTest
{
    private readonly Func<string, EvaluationOptions> _ofModel;

    /// <summary>A test on the problems in a file or folder.</summary>
    /// <param name="dataFile">Labeled problems: see <see cref="ProblemSources.Open"/>.</param>
    /// <param name="samples">Responses for each problem.</param>
    /// <param name="limit">Only the first labeled problems; null: all.</param>
    public HeldOutTest(string dataFile, int samples, int? limit = null)
        : this(new ProblemOrigin(dataFile), samples, limit)
    {
    }

    /// <summary>A test on a benchmark, with its prompt, answers and categories.</summary>
    /// <param name="dataFile">The benchmark's file or folder.</param>
    /// <param name="benchmark">Its name in <see cref="BenchmarkCatalogue"/>.</param>
    /// <param name="samples">Responses for each problem.</param>
    /// <param name="limit">Only the first labeled problems; null: all.</param>
    public HeldOutTest(string dataFile, string benchmark, int samples, int? limit)
        : this(dataFile, model => new EvaluationOptions(model, dataFile, benchmark), samples, limit)
    {
    }

    /// <summary>A test on problems that a program supplies.</summary>
    /// <param name="problems">Labeled problems. Their source's name tells results on them from others.</param>
    /// <param name="samples">Responses for each problem.</param>
    /// <param name="limit">Only the first labeled problems; null: all.</param>
    public HeldOutTest(IProblemSource problems, int samples, int? limit = null)
        : this(new ProblemOrigin(problems), samples, limit)
    {
    }

    private HeldOutTest(ProblemOrigin problems, int samples, int? limit)
        : this(problems.Name, model => new EvaluationOptions(model, problems), samples, limit)
    {
    }

    private HeldOutTest(string data, Func<string, EvaluationOptions> ofModel, int samples, int? limit)
    {
        Data = data;
        _ofModel = ofModel;
        Samples = samples;
        Limit = limit;
    }

    /// <summary>The file of the problems, or the name of their source.</summary>
    public string Data { get; }

    /// <summary>Responses for each problem.</summary>
    public int Samples { get; }

    /// <summary>Only the first labeled problems; null: all.</summary>
    public int? Limit { get; }

    /// <summary>Samples and grades; the configuration's seed names the random numbers.</summary>
    /// <param name="modelDirectory">A model, or a run's checkpoint.</param>
    /// <param name="configuration">How the model is loaded and responses are sampled.</param>
    /// <exception cref="BadInputException">The model or the problems cannot be used.</exception>
    public EvaluationReport Measure(
        string modelDirectory, RunConfiguration configuration, CancellationToken cancellation) =>
        ModelEvaluation.Run(_ofModel(modelDirectory) with { Configuration = Asking(configuration) }, cancellation);

    /// <summary>
    /// Reads the result from the file if it holds this very measurement, of the same model on the same problems wherever
    /// they lie; otherwise measures and writes it.
    /// </summary>
    /// <inheritdoc cref="Measure"/>
    public TestResult MeasureOnce(
        string file, string modelDirectory, RunConfiguration configuration, CancellationToken cancellation)
    {
        if (File.Exists(file)
            && StoredEvaluation.Read(file) is StoredEvaluation stored
            && stored.Sampling == ResponseSampling.OfEvaluation(Asking(configuration))
            && stored.Extraction == configuration.Reward.Extraction
            && stored.Limit == Limit
            && stored.ModelSha256 == EvaluationDigest.OfModel(modelDirectory)
            && stored.ProblemsSha256 == DigestOfProblems(modelDirectory, configuration.Data, stored.Skipped))
        {
            return new TestResult(stored.Summary, stored.Categories);
        }
        EvaluationReport report = Measure(modelDirectory, configuration, cancellation);
        report.Write(file);
        return new TestResult(report.Summary, report.Categories.ToDictionary(part => part.Name, part => part.Summary));
    }

    private string DigestOfProblems(
        string modelDirectory, DataSettings settings, IReadOnlyList<SkippedProblem> skipped)
    {
        EvaluationData data = _ofModel(modelDirectory).Read(settings);
        return EvaluationDigest.OfProblems(data.Evaluated(skipped, Limit), data.Keys);
    }

    // How many samples of how many problems the test takes is its own.
    private RunConfiguration Asking(RunConfiguration configuration) => configuration with
    {
        Evaluation = configuration.Evaluation with { Samples = Samples, Limit = Limit },
    };
}
