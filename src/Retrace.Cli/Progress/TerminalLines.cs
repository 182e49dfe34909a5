using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>Lines that are printed while runs go on, above their bars or table where the terminal shows any.</summary>
internal static class TerminalLines
{
    /// <summary>Prints a line on standard output.</summary>
    public static void Write(string line)
    {
        if (TerminalObservers.IsTerminal)
        {
            AnsiConsole.WriteLine(line);
        }
        else
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>Prints a line on standard error.</summary>
    public static void WriteError(string line)
    {
        // Where both are the same terminal, what does not come through its library is painted over.
        if (TerminalObservers.IsTerminal && !Console.IsErrorRedirected)
        {
            AnsiConsole.WriteLine(line);
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }
}
