using System.Text;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Runs;

/// <summary>
/// Appends to <see cref="RunFolder.Metrics"/>, <see cref="RunFolder.Trajectories"/>, <see cref="RunFolder.Answers"/> and
/// <see cref="RunFolder.EvaluationSamples"/>, one whole line per write, so that a concurrent reader sees at most one unfinished
/// line at the end.
/// </summary>
public sealed class RunWriter : IDisposable
{
    private static readonly string[] Files =
        [RunFolder.Metrics, RunFolder.Trajectories, RunFolder.Answers, RunFolder.EvaluationSamples];

    private readonly FileStream _metrics;
    private readonly FileStream _trajectories;
    private readonly FileStream _answers;
    private readonly FileStream _evaluationSamples;

    private RunWriter(IReadOnlyList<FileStream> files)
    {
        _metrics = files[0];
        _trajectories = files[1];
        _answers = files[2];
        _evaluationSamples = files[3];
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
            foreach (string file in Files)
            {
                opened.Add(OpenAfterCut(Path.Combine(runDirectory, file), resumeAfterStep));
            }
            return new RunWriter(opened);
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

    /// <summary>Appends the samples of one evaluation, in one write.</summary>
    public void Append(IEnumerable<EvaluationSample> samples) =>
        _evaluationSamples.Write([.. samples.SelectMany(RunLine.Write)]);

    /// <summary>Waits until all lines are on the disk, where a loss of power leaves them.</summary>
    public void FlushToDisk()
    {
        _metrics.Flush(flushToDisk: true);
        _trajectories.Flush(flushToDisk: true);
        _answers.Flush(flushToDisk: true);
        _evaluationSamples.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _trajectories.Dispose();
        _answers.Dispose();
        _evaluationSamples.Dispose();
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
