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
    public static void During(string title, int total, Action<Action<int>> work) =>
        During(title, report => work(done => report(done, total)));

    /// <summary>Does work that knows itself how much there is.</summary>
    /// <param name="title">What is counted.</param>
    /// <param name="work">Is given what to call with how many are done, of how many.</param>
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
