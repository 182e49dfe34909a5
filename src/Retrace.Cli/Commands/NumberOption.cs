using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary>An option that is a number with a default.</summary>
internal static class NumberOption
{
    public static Option<T> Of<T>(string name, string description, T usual) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
}
