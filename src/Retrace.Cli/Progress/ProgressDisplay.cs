using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>Shows on standard error how far some work is: a bar in a terminal, else a line for each tenth.</summary>
internal static class ProgressDisplay
{
    private const int Lines = 10;

    /// <summary>Runs <paramref name="work"/> and shows how much of it is done.</summary>
    /// <param name="title">The name of what is counted.</param>
    /// <param name="total">The number of items.</param>
    /// <param name="work">The work, which calls its argument with the number of items done.</param>
    public static void During(string title, int total, Action<Action<int>> work) =>
        During(title, report => work(done => report(done, total)));

    /// <summary>Runs work that reports its own total, and shows how much of it is done.</summary>
    /// <param name="title">The name of what is counted.</param>
    /// <param name="work">The work, which calls its argument with the number of items done and their total.</param>
    public static void During(string title, Action<Action<int, int>> work)
    {
        if (Console.IsErrorRedirected)
        {
            InLines(title, work);
            return;
        }
        IAnsiConsole console =
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress().Start(context =>
        {
            ProgressTask? task = null;
            work((done, total) =>
            {
                task ??= context.AddTask(title, maxValue: Math.Max(1, total));
                task.Value = done;
            });
        });
    }

    private static void InLines(string title, Action<Action<int, int>> work)
    {
        int shown = 0;
        work((done, total) =>
        {
            int tenths = (int)((long)Lines * done / total);
            if (tenths > shown)
            {
                shown = tenths;
                Console.Error.WriteLine($"{title}: {done} of {total}");
            }
        });
    }
}
