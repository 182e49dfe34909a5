using Retrace.Configuration;
using Retrace.Runs;

namespace Retrace.Training.Origins;

/// <summary>Compares what a run is to go on with to what its folder says it began with.</summary>
/// <param name="runDirectory">The run's folder.</param>
/// <param name="configuration">The settings that are given now.</param>
/// <param name="allowed">What may differ.</param>
internal sealed class ResumeCheck(string runDirectory, RunConfiguration configuration, IReadOnlySet<RunAspect> allowed)
{
    /// <summary>Whether a folder holds a run.</summary>
    public static bool HoldsRun(string runDirectory) => File.Exists(Path.Combine(runDirectory, RunFolder.Config));

    /// <summary>Refuses a folder for a new run that holds one.</summary>
    /// <exception cref="BadInputException">It holds a run.</exception>
    public static void RefuseRunIn(string runDirectory)
    {
        if (HoldsRun(runDirectory))
        {
            throw new BadInputException(
                $"{runDirectory} already holds a run; go on with it by --resume, or give another --output.");
        }
    }

    /// <summary>The settings that differ and may.</summary>
    /// <exception cref="BadInputException">A setting differs that may not.</exception>
    public IReadOnlyList<SettingChange> CheckSettings() => ResumedSettings.Check(
        ConfigurationLayers.Read(Path.Combine(runDirectory, RunFolder.Config)),
        configuration,
        runDirectory,
        allowed.Contains(RunAspect.Device) ? ["model.device"] : []);

    /// <summary>Compares the model and the problems alone, for a run that has nothing left to compute.</summary>
    /// <exception cref="BadInputException">One of them is another one.</exception>
    public void CheckSource(ModelOrigin model, DataOrigin data)
    {
        if (RunOriginFile.Read(runDirectory) is RunOrigin began)
        {
            Refuse([.. new[]
            {
                OriginDifference.OfModel(began.Model, model), OriginDifference.OfData(began.Data, data),
            }.OfType<OriginDifference>()]);
        }
    }

    /// <summary>Compares all aspects of the run with what it began with.</summary>
    /// <param name="given">What the run is to go on with.</param>
    /// <param name="stepsTaken">The steps taken so far.</param>
    /// <param name="latestCheckpoint">The folder that the run goes on from; null where it begins anew.</param>
    /// <exception cref="BadInputException">Something differs that may not.</exception>
    public ResumedOrigin Check(RunOrigin given, int stepsTaken, string? latestCheckpoint)
    {
        IReadOnlyList<SettingChange> settings = CheckSettings();
        RunOrigin? began = RunOriginFile.Read(runDirectory);
        IReadOnlyList<OriginDifference> differences = began is null
            ? OriginOfEarlierVersion.Differences(runDirectory, latestCheckpoint, given.Model)
            : OriginDifference.Between(began, given);
        Refuse(differences);
        return new ResumedOrigin(
            given with
            {
                Changes =
                [
                    .. began?.Changes ?? [],
                    .. differences.Select(one => new OriginChange(
                        stepsTaken, RunAspects.NameOf(one.Aspect), one.From, one.To)),
                    .. settings.Select(one => new OriginChange(stepsTaken, one.Key, one.From, one.To)),
                ],
            },
            [
                .. began is null ? [OriginOfEarlierVersion.Notice(runDirectory)] : Array.Empty<string>(),
                .. differences.Select(one => $"--allow-changed {RunAspects.NameOf(one.Aspect)}: {one.Sentence}"),
                .. settings.Select(one => $"{one.Key} is {one.To} from step {stepsTaken + 1} on, and was {one.From}"),
            ]);
    }

    private void Refuse(IReadOnlyList<OriginDifference> differences)
    {
        OriginDifference[] refused = [.. differences.Where(one => !allowed.Contains(one.Aspect))];
        if (refused.Length > 0)
        {
            string aspects = string.Join(',', differences.Select(one => RunAspects.NameOf(one.Aspect)));
            throw new BadInputException(
                $"The run in {runDirectory} began differently: {string.Join("; ", refused.Select(one => one.Sentence))}; "
                + $"give what it began with, or go on with --allow-changed {aspects}, with other numbers than those of an "
                + "unbroken run.");
        }
    }
}

/// <summary>What a resumed run goes on with.</summary>
/// <param name="Origin">What its folder keeps from now on.</param>
/// <param name="Notices">What the user and the log are told, a sentence each.</param>
internal sealed record ResumedOrigin(RunOrigin Origin, IReadOnlyList<string> Notices);
