namespace Retrace.RolloutServers;

/// <summary>The dialects by the names that a configuration uses (<c>rollout.server_api</c>).</summary>
internal static class ServerDialects
{
    private static readonly NamedChoices<IServerDialect> Dialects = new(
        "server API",
        ("vllm", new VllmDialect()),
        ("sglang", new SgLangDialect()));

    public static IReadOnlyList<string> Names => Dialects.Names;

    /// <exception cref="BadInputException">There is no dialect of that name.</exception>
    public static IServerDialect Named(string name) => Dialects[name];
}
