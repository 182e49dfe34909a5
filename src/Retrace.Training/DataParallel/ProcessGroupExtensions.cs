using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Retrace.Training.DataParallel;

/// <summary>Operations that the processes of a group perform together.</summary>
internal static class ProcessGroupExtensions
{
    private enum Outcome : byte
    {
        Done,
        Interrupted,
        RolloutFailed,
        BadInput,
        Failed,
    }

    /// <summary>
    /// Runs each process's work, which must not exchange anything, and waits for the others. If it fails in one
    /// process, it fails in all of them and they leave the group; the first that failed throws the cause. After
    /// interruptions and failures of servers the group remains usable, so that a checkpoint can be written.
    /// </summary>
    /// <exception cref="JobInterruptedException">A process was interrupted, and none failed.</exception>
    /// <exception cref="RolloutFailedException">A process found no server, and none failed otherwise.</exception>
    /// <exception cref="OtherProcessFailedException">The work failed in another process.</exception>
    public static T RunOnAll<T>(this IProcessGroup processes, Func<T> work)
    {
        if (processes.Size == 1)
        {
            return work();
        }
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        try
        {
            result = work();
        }
        catch (Exception error)
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }
        Outcome own = failure?.SourceException switch
        {
            null => Outcome.Done,
            OperationCanceledException => Outcome.Interrupted,
            RolloutFailedException => Outcome.RolloutFailed,
            BadInputException => Outcome.BadInput,
            _ => Outcome.Failed,
        };
        Outcome[] outcomes = Array.ConvertAll(processes.GatherAll([(byte)own]), message => (Outcome)message[0]);
        int failed = Array.FindIndex(outcomes, outcome => outcome > Outcome.RolloutFailed);
        if (failed < 0)
        {
            int without = Array.IndexOf(outcomes, Outcome.RolloutFailed);
            return without >= 0 ? throw WithoutServers(processes, without, failure?.SourceException)
                : outcomes.Contains(Outcome.Interrupted) ? throw new JobInterruptedException()
                : result!;
        }
        processes.Leave();
        if (failed != processes.Rank)
        {
            throw new OtherProcessFailedException(outcomes[failed] == Outcome.BadInput);
        }
        if (failed > 0 && failure!.SourceException is BadInputException reason)
        {
            throw new BadInputException(
                $"Process {processes.Rank}, on {Environment.MachineName}: {reason.Message}", reason);
        }
        failure!.Throw();
        return result!;
    }

    /// <inheritdoc cref="RunOnAll{T}"/>
    public static void RunOnAll(this IProcessGroup processes, Action work) => processes.RunOnAll(() =>
    {
        work();
        return true;
    });

    /// <summary>Sends the number of the first process to all processes.</summary>
    public static int Broadcast(this IProcessGroup processes, int value) =>
        BitConverter.ToInt32(processes.Broadcast(BitConverter.GetBytes(value)));

    /// <summary>Sends the message of the first process to all processes.</summary>
    /// <param name="message">The message; ignored except in the first process.</param>
    public static byte[] Broadcast(this IProcessGroup processes, byte[] message) =>
        processes.GatherAll(processes.Rank == 0 ? message : [])[0];

    /// <summary>Sums values over the processes, in the order of their ranks.</summary>
    public static double[] Sum(this IProcessGroup processes, params double[] values)
    {
        double[] sums = new double[values.Length];
        foreach (byte[] message in processes.GatherAll(MemoryMarshal.AsBytes<double>(values).ToArray()))
        {
            ReadOnlySpan<double> others = MemoryMarshal.Cast<byte, double>(message);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += others[i];
            }
        }
        return sums;
    }

    /// <summary>This process's share of a list, as <see cref="EvenShare"/> divides it.</summary>
    /// <param name="count">Number of items in the list.</param>
    public static Range ShareOf(this IProcessGroup processes, int count) =>
        EvenShare.Of(count, processes.Rank, processes.Size);

    // Only the first process without a server says so.
    private static RolloutFailedException WithoutServers(IProcessGroup processes, int rank, Exception? own) =>
        rank == processes.Rank
            ? new RolloutFailedException(
                rank == 0 ? own!.Message : $"Process {rank}, on {Environment.MachineName}: {own!.Message}", own)
            : new RolloutFailedException("another process of the job has no server") { IsSaidElsewhere = true };
}
