using System.Text.Json;

namespace Retrace.Runs;

/// <summary>Reads a run's folder, also while the run is writing to it.</summary>
public static class RunReader
{
    /// <summary>
    /// Reads the configuration and the metrics; trajectories and answers are streamed when they are enumerated. An
    /// unfinished last line, of a run that was killed or is just writing, is left out.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The folder does not exist or holds no run, or a line other than the last is no record.
    /// </exception>
    public static RunRecord Read(string directory)
    {
        string config = Path.Combine(directory, RunFolder.Config);
        string metrics = Path.Combine(directory, RunFolder.Metrics);
        string trajectories = Path.Combine(directory, RunFolder.Trajectories);
        string answers = Path.Combine(directory, RunFolder.Answers);
        if (!Directory.Exists(directory))
        {
            throw new BadInputException($"The run folder {directory} does not exist.");
        }
        if (!File.Exists(config) && !File.Exists(metrics))
        {
            throw new BadInputException(
                $"{directory} is no run folder: it holds neither {RunFolder.Config} nor {RunFolder.Metrics}.");
        }
        return new RunRecord(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))),
            File.Exists(config) ? RunFolder.ReadConfig(directory) : "",
            [.. ReadRecords<StepMetrics>(metrics)],
            ReadRecords<TrajectorySample>(trajectories),
            ReadRecords<GroupAnswers>(answers))
        {
            EvaluationSamples = ReadRecords<EvaluationSample>(Path.Combine(directory, RunFolder.EvaluationSamples)),
        };
    }

    private static IEnumerable<T> ReadRecords<T>(string path) =>
        File.Exists(path) ? ReadLines<T>(path).Select(line => line.Record) : [];

    /// <summary>The whole lines of a file with what they hold; empty lines are passed over.</summary>
    internal static IEnumerable<(string Line, T Record)> ReadLines<T>(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(stream);
        int number = 0;
        string? line = reader.ReadLine();
        while (line is not null)
        {
            number++;
            string? next = reader.ReadLine();
            if (!string.IsNullOrWhiteSpace(line))
            {
                T record;
                try
                {
                    record = RunLine.Read<T>(line);
                }
                catch (JsonException) when (next is null)
                {
                    yield break;
                }
                catch (JsonException error)
                {
                    throw new BadInputException(
                        $"Line {number} of {path} is no record of a run: {error.Message}", error);
                }
                yield return (line, record);
            }
            line = next;
        }
    }
}
