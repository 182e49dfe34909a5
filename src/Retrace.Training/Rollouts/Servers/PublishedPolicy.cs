using System.Security.Cryptography;
using System.Text;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.RolloutServers;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>
/// Publishes the policy to servers: writes it to a folder after each update and makes the servers load it.
/// </summary>
/// <remarks>
/// Each version of an adapter has its own name, so that a request says which version it means. Whole weights replace
/// those that the server has; some servers repeat the label of the version in their replies.
/// Loading continues while no one awaits it. The calls end before a version's files are removed; a server that keeps
/// reading after its call was cancelled may then find the files gone, but it is told to load the next version anyway.
/// </remarks>
internal sealed class PublishedPolicy : IDisposable
{
    private const string Unfinished = ".unfinished";

    private readonly VisionLanguageModel _policy;
    private readonly RolloutSettings _settings;
    private readonly IServerDialect _dialect;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<RolloutServer> _servers;
    private readonly string _folder;
    private readonly string _run;    // Prefix of this run's folders.
    private string _prefix;          // Prefix of this process's versions.
    private CancellationTokenSource _withdrawal = new();

    /// <param name="policy">The policy, saved by <see cref="Write"/>.</param>
    /// <param name="settings">The servers' API, timeouts, and how old a version may be.</param>
    /// <param name="servers">The servers that load the policy.</param>
    /// <param name="ownFolder">Receives the versions unless the settings name another folder.</param>
    /// <param name="time">The clock of the timeout of loading.</param>
    public PublishedPolicy(
        VisionLanguageModel policy,
        RolloutSettings settings,
        IReadOnlyList<RolloutServer> servers,
        string ownFolder,
        TimeProvider time)
    {
        _policy = policy;
        _settings = settings;
        _dialect = ServerDialects.Named(settings.ServerApi);
        _time = time;
        _servers = servers;
        string own = Path.GetFullPath(ownFolder);
        _folder = settings.WeightsFolder is string shared ? Path.GetFullPath(shared) : own;
        _run = $"retrace-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(own)))[..8]}-";
        _prefix = $"{_run}{Guid.NewGuid().ToString("N")[..8]}-";
    }

    /// <summary>The version that <see cref="Write"/> wrote last.</summary>
    public int Version { get; private set; } = -1;

    /// <summary>The prefix of the names of versions.</summary>
    public string Prefix => _prefix;

    private bool Adapts => _policy.Network.Adapter is not null;

    /// <summary>How a request asks a server for the policy.</summary>
    /// <param name="version">The version that the server has.</param>
    /// <returns>The request's <c>model</c>, and its <c>lora_path</c> or null to leave that out.</returns>
    public (string Model, string? Adapter) NamesFor(RolloutServer server, int version) =>
        Adapts ? _dialect.NamesFor(server.Model, Label(version)) : (server.Model, null);

    /// <summary>Writes the weights as they are now, and removes those of earlier versions.</summary>
    /// <remarks>No server may be loading one of them, and no other process of this run may be at work.</remarks>
    public void Write(int version)
    {
        Version = version;
        string final = PathOf(version);
        Remove(_run);
        _policy.Save(final + Unfinished);
        Directory.Move(final + Unfinished, final);
    }

    /// <summary>Uses a version that another process of the run has written to the same folder.</summary>
    /// <param name="prefix">The <see cref="Prefix"/> of that process.</param>
    /// <param name="version">The <see cref="Version"/> of that process.</param>
    public void Adopt(string prefix, int version)
    {
        _prefix = prefix;
        Version = version;
    }

    /// <summary>Cancels all loading of the latest version, so that its files can be removed.</summary>
    public async Task WithdrawAsync()
    {
        await _withdrawal.CancelAsync();
        foreach (RolloutServer server in _servers)
        {
            await server.Loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _withdrawal.Dispose();
        _withdrawal = new CancellationTokenSource();
    }

    /// <summary>Removes the files that this process has written.</summary>
    public void Remove() => Remove(_prefix);

    public void Dispose() => _withdrawal.Dispose();

    /// <summary>Whether samples of this version may still be learned from.</summary>
    public bool IsFresh(int? version) => version is int known && Version - known <= _settings.MaxPolicyLag;

    /// <summary>The version that a reply's label names; null if the label is not of this run.</summary>
    public int? VersionOf(string label) =>
        label.StartsWith(_prefix, StringComparison.Ordinal)
        && int.TryParse(label.AsSpan(_prefix.Length), out int version)
            ? version
            : null;

    /// <summary>Makes a server load the latest version, unless it has it already.</summary>
    /// <param name="cancellation">Ends the wait only; loading continues for later callers.</param>
    /// <exception cref="ServerFaultException">The server did not load it.</exception>
    public async Task LoadIntoAsync(RolloutServer server, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (server.Version != Version)
        {
            await server.LoadOnce(() => LoadAsync(server)).WaitAsync(cancellation);
        }
    }

    private async Task LoadAsync(RolloutServer server)
    {
        if (server.Version == Version)
        {
            return;
        }
        int? earlier = server.Version;
        server.Version = null; // Unknown if loading fails halfway.
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(_settings.RequestTimeout), _time);
        using CancellationTokenSource limit =
            CancellationTokenSource.CreateLinkedTokenSource(_withdrawal.Token, late.Token);
        try
        {
            await (Adapts
                ? LoadAdapterAsync(server, earlier, limit.Token)
                : _dialect.LoadWeightsAsync(server, Label(Version), PathOf(Version), limit.Token));
        }
        catch (OperationCanceledException error) when (!_withdrawal.IsCancellationRequested)
        {
            throw new ServerFaultException(
                $"{server.Address} did not take the weights within rollout.request_timeout, "
                + $"{_settings.RequestTimeout} s",
                error);
        }
        server.Version = Version;
    }

    private async Task LoadAdapterAsync(RolloutServer server, int? earlier, CancellationToken cancellation)
    {
        await _dialect.LoadAdapterAsync(server, Label(Version), PathOf(Version), cancellation);
        if (earlier is int old)
        {
            try
            {
                await _dialect.UnloadAdapterAsync(server, Label(old), cancellation);
            }
            catch (ServerFaultException)
            {
                // The old adapter then only takes up memory there: no request names it any more.
            }
        }
    }

    private void Remove(string prefix)
    {
        if (Directory.Exists(_folder))
        {
            string[] versions = Directory.GetDirectories(_folder, prefix + "*");
            Array.ForEach(versions, version => Directory.Delete(version, recursive: true));
        }
    }

    private string Label(int version) => $"{_prefix}{version}";

    private string PathOf(int version) => Path.Combine(_folder, Label(version));
}
