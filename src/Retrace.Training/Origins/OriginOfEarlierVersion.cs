using Retrace.Models.Adapters;
using Retrace.Runs;

namespace Retrace.Training.Origins;

/// <summary>What can be told of a run that Retrace 0.2 or an earlier version began, which kept no origin.</summary>
internal static class OriginOfEarlierVersion
{
    /// <summary>Says that the rest cannot be compared.</summary>
    public static string Notice(string runDirectory) =>
        $"the run in {runDirectory} was begun by a version of Retrace that did not keep what it was started with, so "
        + "whether model, data, versions and device are the same could not be compared; "
        + $"{RunFolder.Origin} keeps them from now on";

    /// <summary>Whether the model is surely another one.</summary>
    /// <param name="runDirectory">The run's folder.</param>
    /// <param name="latestCheckpoint">The checkpoint to go on from; null: none.</param>
    /// <param name="model">The model that is given.</param>
    public static IReadOnlyList<OriginDifference> Differences(
        string runDirectory, string? latestCheckpoint, ModelOrigin model)
    {
        string checkpoints = Path.Combine(Path.GetFullPath(runDirectory), RunFolder.Checkpoints);
        if (model.Path.StartsWith(checkpoints + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return [new OriginDifference(
                RunAspect.Model,
                $"{model.Path} is a checkpoint of the run itself, and no run begins with its own",
                "unknown",
                model.Path)];
        }
        // An adapter names the model that it was trained on.
        return latestCheckpoint is not null
            && AdapterBase.Of(latestCheckpoint) is string named
            && Directory.Exists(named)
            && OriginDifference.OfModel(OriginMeasurement.ModelAt(named), model) is OriginDifference difference
                ? [difference]
                : [];
    }
}
