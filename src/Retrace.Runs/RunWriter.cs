using System.Text;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Runs;

/// <summary>
/// Appends to <see cref="RunFolder.Metrics"/>, <see cref="RunFolder.Trajectories"/> and
/// <see cref="RunFolder.Answers"/>, one whole line per write, so that a concurrent reader sees at most one unfinished
/// line at the end.
/// </summary>
public sealed class RunWriter : IDisposable
{
    private readonly FileStream _metrics;
    private readonly FileStream _trajectories;
    private readonly FileStream _answers;

    private RunWriter(FileStream metrics, FileStream trajectories, FileStream answers)
    {
        _metrics = metrics;
        _trajectories = trajectories;
        _answers = answers;
    }

    /// <summary>
    /// Opens the log of a run, made where it is missing. Lines of steps after <paramref name="resumeAfterStep"/> and an
    /// unfinished last line are cut off first: they belong to steps that a resumed run takes again.
    /// </summary>
    /// <param name="runDirectory">Created if it does not exist.</param>
    /// <param name="resumeAfterStep">
    /// The step of the checkpoint that the run goes on from; −1 for a new run, which starts with empty files. A step's
    /// lines must be written before its checkpoint.
    /// </param>
    /// <exception cref="BadInputException">A line other than the last is no record.</exception>
    public static RunWriter Open(string runDirectory, int resumeAfterStep)
    {
        Directory.CreateDirectory(runDirectory);
        List<FileStream> opened = [];
        try
        {
            foreach (string file in new[] { RunFolder.Metrics, RunFolder.Trajectories, RunFolder.Answers })
            {
                opened.Add(OpenAfterCut(Path.Combine(runDirectory, file), resumeAfterStep));
            }
            return new RunWriter(opened[0], opened[1], opened[2]);
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    public void Append(StepMetrics metrics) => _metrics.Write(RunLine.Write(metrics));

    public void Append(TrajectorySample sample) => _trajectories.Write(RunLine.Write(sample));

    public void Append(GroupAnswers answers) => _answers.Write(RunLine.Write(answers));

    /// <summary>Waits until all lines are on the disk, where a loss of power leaves them.</summary>
    public void FlushToDisk()
    {
        _metrics.Flush(flushToDisk: true);
        _trajectories.Flush(flushToDisk: true);
        _answers.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _trajectories.Dispose();
        _answers.Dispose();
    }

    private static FileStream OpenAfterCut(string path, int lastStep)
    {
        if (File.Exists(path))
        {
            Cut(path, lastStep);
        }
        // No buffer: what Append hands over is in the file when it returns, in one write.
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    // As a new file that takes the old one's place, so that a kill during the cut loses nothing.
    private static void Cut(string path, int lastStep) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach ((string line, LineStep record) in RunReader.ReadLines<LineStep>(path))
        {
            if (record.Step <= lastStep)
            {
                writer.WriteLine(line);
            }
        }
    });

    private sealed record LineStep
    {
        public required int Step { get; init; }
    }
}
