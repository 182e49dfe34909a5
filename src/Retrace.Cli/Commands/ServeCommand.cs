using System.CommandLine;
using Retrace.Dashboard;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace serve</c>: the runs of a folder as a live page.</summary>
internal static class ServeCommand
{
    private const int UsualPort = 8085;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        Argument<string> folder = new("dir")
        {
            Description = "A run, or a folder of runs, which may be running; new ones appear as they begin.",
        };
        Option<int> port = new("--port")
        {
            Description = "Port on 127.0.0.1; 0 takes a free one.",
            HelpName = "N",
            DefaultValueFactory = _ => UsualPort,
        };
        Command command = new("serve", "Shows runs in the browser while they train.") { folder, port };
        command.SetAction((parsed, cancellation) =>
            ServeAsync(parsed.GetRequiredValue(folder), parsed.GetValue(port), cancellation));
        return command;
    }

    private static async Task<int> ServeAsync(string folder, int port, CancellationToken cancellation)
    {
        if (port is < 0 or > ushort.MaxValue)
        {
            throw new BadInputException($"--port is {port}, but must be a number from 0 to {ushort.MaxValue}");
        }
        await using DashboardServer server = await DashboardServer.StartAsync(folder, port, Interval);
        Console.WriteLine($"the runs in {folder} are at {server.Address}");
        Console.WriteLine($"token for the stop button: {server.StopToken}");
        Console.WriteLine("Ctrl-C ends this page, not the runs");
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Done;
    }
}
