using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Training.Evolution;
using Retrace.Training.Origins;
using Retrace.Training.Prompts;

namespace Retrace.Training.Forecasts;

/// <summary>
/// What a run would be: everything that starting it reads is read and checked, but for the weights' values and the
/// machines that it names. Nothing is started, and nothing is written.
/// </summary>
/// <param name="Configuration">The settings, resolved and checked, with sizes that fit into memory.</param>
/// <param name="Data">The problems that the model can use, and those that were skipped.</param>
/// <param name="Measured">The labeled problems of evaluations during the run; null where there are none.</param>
/// <param name="Steps">The number of steps.</param>
/// <param name="Memory">The memory that each process needs.</param>
public sealed record RunForecast(
    RunConfiguration Configuration, UsableProblems Data, UsableProblems? Measured, int Steps, MemoryPlan Memory)
{
    /// <summary>Why this machine cannot run it; null where it can.</summary>
    public string? Obstacle { get; init; }

    /// <summary>What evaluations and probes of the guard generate besides the steps.</summary>
    /// <param name="responseTokens">The mean length of a response.</param>
    public MeasurementForecast Measurements(double responseTokens) => MeasurementForecast.Of(
        Configuration,
        Steps,
        Measured?.Problems.Count ?? 0,
        Data.Problems.Count(problem => problem.Images.Count > 0),
        responseTokens);

    /// <summary>Reads and checks everything.</summary>
    /// <param name="options">The options of the run. Its folder is looked at, and not made.</param>
    /// <param name="processes">How many processes are to train together on one machine.</param>
    /// <exception cref="BadInputException">An option, the model or the data cannot be used.</exception>
    public static RunForecast Of(RunOptions options, int processes = 1, CancellationToken cancellation = default)
    {
        RunConfiguration configuration = options.Resolve();
        ResumeCheck.RefuseRunIn(options.RunFolder);
        ComputeSettings.Prepare(configuration);
        ModelFolder model = ModelFolder.Check(options.ModelFolder, configuration.Model.MaxPixels);
        IntendedModel.Check(configuration.Model, model.Config, options.ModelFolder);
        var preparation = new ProblemPreparation(
            () => model.Tokenizer ?? throw new BadInputException(
                $"{options.ModelFolder} holds neither tokenizer.json nor vocab.json with merges.txt; text needs a "
                + "tokenizer."),
            new ImageProcessor(model.Images),
            model.Config,
            configuration.Data);
        UsableProblems data = UsableProblems.Read(options.Problems(configuration.Data), preparation, cancellation);
        UsableProblems? measured = options.Measured(configuration) is { } source
            ? UsableProblems.Read(source, preparation, cancellation).Labeled(source.Name, configuration.Evaluation.Limit)
            : null;
        PromptSize largestPrompt = UsableProblems.LargestPromptOf(data, measured);
        configuration = SizesByMemory.Choose(
            model.Config,
            configuration,
            largestPrompt,
            AvailableMemory.Of(configuration.Model, onThisMachine: processes),
            processes);
        var schedule = new BatchSchedule(data.Problems.Count, configuration.Data.Batch, configuration.Seed);
        return new RunForecast(
            configuration,
            data,
            measured,
            configuration.Epochs is double epochs ? schedule.StepsFor(epochs) : configuration.Steps,
            MemoryPlan.Of(model.Config, configuration, largestPrompt, processes, processes))
        {
            Obstacle = ObstacleOf(configuration.Model),
        };
    }

    private static string? ObstacleOf(ModelSettings settings)
    {
        try
        {
            ComputeSettings.DeviceOf(settings);
            return null;
        }
        catch (BadInputException error)
        {
            return error.Message;
        }
    }
}
