using Retrace.Runs;

namespace Retrace.Dashboard;

/// <summary>The runs in a folder, which is scanned at regular intervals.</summary>
/// <param name="folder">A run's folder, or a folder that holds runs, up to a few levels deep.</param>
/// <param name="interval">The pause between two scans.</param>
internal sealed class WatchedRuns(string folder, TimeSpan interval)
{
    private const int Depth = 4; // retrace compare: runs/METHOD/seed-N

    private static readonly EnumerationOptions Visible = new()
    {
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    private readonly Lock _looking = new();
    private volatile IReadOnlyDictionary<string, RunFollower> _runs = new Dictionary<string, RunFollower>();
    private volatile TaskCompletionSource _change = NewChange();

    /// <summary>All runs, ordered by their names, which are their paths below the folder.</summary>
    public IReadOnlyList<RunFollower> All =>
        [.. _runs.OrderBy(run => run.Key, StringComparer.Ordinal).Select(run => run.Value)];

    /// <summary>A task that completes at the next change.</summary>
    public Task Change => _change.Task;

    /// <summary>A run by its name. What comes from outside is compared with names, and never becomes a path.</summary>
    public RunFollower? Find(string? name)
    {
        if (name is null)
        {
            return null;
        }
        if (_runs.TryGetValue(name, out RunFollower? run))
        {
            return run;
        }
        Look(); // It may have begun since the last scan.
        return _runs.GetValueOrDefault(name);
    }

    /// <summary>Scans the folder once for new, changed and vanished runs.</summary>
    public void Look()
    {
        lock (_looking)
        {
            LookAlone();
        }
    }

    /// <summary>Scans the folder at every interval, until it is cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            Look();
            await Task.Delay(interval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void LookAlone()
    {
        IReadOnlyDictionary<string, RunFollower> before = _runs;
        Dictionary<string, RunFollower> now = [];
        bool hasChanged = false;
        foreach ((string directory, string name) in FindRuns())
        {
            if (before.TryGetValue(name, out RunFollower? known))
            {
                hasChanged |= known.Refresh();
                now.Add(name, known);
            }
            else
            {
                now.Add(name, new RunFollower(directory, name));
            }
        }
        if (hasChanged || now.Count != before.Count || now.Keys.Any(name => !before.ContainsKey(name)))
        {
            _runs = now;
            TaskCompletionSource change = _change;
            _change = NewChange();
            change.SetResult();
        }
    }

    private IEnumerable<(string Directory, string Name)> FindRuns()
    {
        if (RunFollower.IsRun(folder))
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            return [(folder, name.Length > 0 ? name : "run")];
        }
        return Below(folder, "", Depth);
    }

    private static IEnumerable<(string Directory, string Name)> Below(string parent, string prefix, int depth)
    {
        foreach (string directory in depth == 0 ? [] : DirectoriesIn(parent))
        {
            string name = prefix + Path.GetFileName(directory);
            if (RunFollower.IsRun(directory))
            {
                yield return (directory, name);
                continue;
            }
            foreach ((string Directory, string Name) run in Below(directory, $"{name}/", depth - 1))
            {
                yield return run;
            }
        }
    }

    private static string[] DirectoriesIn(string parent)
    {
        try
        {
            return Directory.GetDirectories(parent, "*", Visible);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // Gone since its own parent was read.
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
