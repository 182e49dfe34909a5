using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Retrace.Runs;

/// <summary>
/// Follows a run's folder while it is written. Where <see cref="RunReader"/> refuses a line that is no record, this one
/// passes it over and counts it: a watcher wants to see the rest.
/// </summary>
/// <remarks>
/// One thread may call <see cref="Refresh"/>; any may read <see cref="Snapshot"/> meanwhile. The answers of all steps
/// are not followed: they are for the report.
/// </remarks>
public sealed class RunFollower
{
    private const int LogLines = 200;

    private readonly string _directory;
    private readonly string _name;
    private readonly LineFollower _metricLines;
    private readonly LineFollower _trajectoryLines;
    private readonly LineFollower _logLines;
    private readonly List<StepMetrics> _metrics = [];
    private readonly List<TrajectoryPlace> _trajectories = [];
    private readonly Queue<string> _log = [];
    private int _unreadableMetrics;
    private int _unreadableTrajectories;
    private volatile RunSnapshot _snapshot;

    /// <param name="directory">The run's folder.</param>
    /// <param name="name">What the run is called.</param>
    public RunFollower(string directory, string name)
    {
        _directory = directory;
        _name = name;
        _metricLines = new LineFollower(Path.Combine(directory, RunFolder.Metrics));
        _trajectoryLines = new LineFollower(Path.Combine(directory, RunFolder.Trajectories));
        _logLines = new LineFollower(Path.Combine(directory, RunFolder.Log));
        _snapshot = new RunSnapshot(new RunRecord(name, "", [], [], []), [], [], 0, RunState.Ended);
        Refresh();
    }

    /// <summary>The run as the last <see cref="Refresh"/> saw it.</summary>
    public RunSnapshot Snapshot => _snapshot;

    /// <summary>Whether a folder holds a run.</summary>
    public static bool IsRun(string directory) =>
        File.Exists(Path.Combine(directory, RunFolder.Metrics)) || File.Exists(Path.Combine(directory, RunFolder.Config));

    /// <summary>Reads what has been added to the run's files since the last call.</summary>
    /// <returns>Whether anything has changed.</returns>
    public bool Refresh()
    {
        bool hasMetrics = _metricLines.Read(ForgetMetrics, AddMetrics);
        bool hasTrajectories = _trajectoryLines.Read(ForgetTrajectories, AddTrajectory);
        bool hasLog = _logLines.Read(_log.Clear, AddLog);
        string config = ReadConfig();
        RunState state = ReadState();
        if (!hasMetrics && !hasTrajectories && !hasLog && config == _snapshot.Record.ConfigText
            && state == _snapshot.State)
        {
            return false;
        }
        TrajectoryPlace[] places = hasTrajectories ? [.. _trajectories] : [.. _snapshot.Trajectories];
        _snapshot = new RunSnapshot(
            new RunRecord(_name, config, [.. _metrics], ReadAll(places), Answers: []),
            places,
            [.. _log],
            _unreadableMetrics + _unreadableTrajectories,
            state);
        return true;
    }

    /// <summary>A trajectory; null where it is not there any more, because the run has begun anew.</summary>
    public TrajectorySample? Read(TrajectoryPlace place)
    {
        try
        {
            using FileStream file = new(
                Path.Combine(_directory, RunFolder.Trajectories),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            byte[] line = new byte[place.Length];
            file.Position = place.Offset;
            file.ReadExactly(line);
            return RunLine.Read<TrajectorySample>(line);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Asks the run to save a checkpoint and stop.</summary>
    /// <exception cref="BadInputException">The request cannot be left in its folder.</exception>
    public void Stop()
    {
        try
        {
            StopRequest.Make(_directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The run {_name} cannot be asked to stop: {error.Message}", error);
        }
    }

    private IEnumerable<TrajectorySample> ReadAll(IEnumerable<TrajectoryPlace> places) =>
        places.Select(Read).OfType<TrajectorySample>();

    private void ForgetMetrics()
    {
        _metrics.Clear();
        _unreadableMetrics = 0;
    }

    private void ForgetTrajectories()
    {
        _trajectories.Clear();
        _unreadableTrajectories = 0;
    }

    private void AddMetrics(long offset, ReadOnlyMemory<byte> line)
    {
        // Curves go forward: of a step that comes again, which no run writes, the first line counts.
        if (TryRead(line, out StepMetrics? metrics) && metrics.Step > (_metrics is [.., { Step: int last }] ? last : -1))
        {
            _metrics.Add(metrics);
        }
        else
        {
            _unreadableMetrics++;
        }
    }

    private void AddTrajectory(long offset, ReadOnlyMemory<byte> line)
    {
        if (TryRead(line, out StepOfLine? read))
        {
            _trajectories.Add(new TrajectoryPlace(offset, line.Length, read.Step));
        }
        else
        {
            _unreadableTrajectories++;
        }
    }

    private void AddLog(long offset, ReadOnlyMemory<byte> line)
    {
        _log.Enqueue(Encoding.UTF8.GetString(line.Span).TrimEnd('\r'));
        if (_log.Count > LogLines)
        {
            _log.Dequeue();
        }
    }

    private static bool TryRead<T>(ReadOnlyMemory<byte> line, [NotNullWhen(true)] out T? record)
        where T : class
    {
        try
        {
            record = RunLine.Read<T>(line.Span);
            return true;
        }
        catch (JsonException)
        {
            record = null;
            return false;
        }
    }

    private string ReadConfig()
    {
        try
        {
            return RunFolder.ReadConfig(_directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadInputException)
        {
            return "";
        }
    }

    private RunState ReadState() => !RunLock.IsHeld(_directory) ? RunState.Ended
        : StopRequest.IsMadeIn(_directory) ? RunState.Stopping
        : RunState.Running;

    private sealed record StepOfLine
    {
        public required int Step { get; init; }
    }
}
