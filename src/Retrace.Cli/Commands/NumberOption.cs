using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary>An option that sets a number of a <typeparamref name="TSetting"/>, whose default it shows.</summary>
internal static class NumberOption<TSetting>
    where TSetting : new()
{
    // The default is looked up when it is needed: making options must not load what the command works with.
    public static Option<T> Number<T>(string name, string description, Func<TSetting, T> usual) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual(new TSetting()) };
}
