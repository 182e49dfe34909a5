using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>Shows on standard error how far some work is: a bar in a terminal, else a line for each tenth.</summary>
internal static class ProgressDisplay
{
    private const int Lines = 10;

    /// <summary>Does the work.</summary>
    /// <param name="title">What is counted.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="work">Is given what to call with how many are done.</param>
    public static void During(string title, int total, Action<Action<int>> work)
    {
        if (Console.IsErrorRedirected)
        {
            InLines(title, total, work);
            return;
        }
        IAnsiConsole console =
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress().Start(context =>
        {
            ProgressTask task = context.AddTask(title, maxValue: Math.Max(1, total));
            work(done => task.Value = done);
        });
    }

    private static void InLines(string title, int total, Action<Action<int>> work)
    {
        int shown = 0;
        work(done =>
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
