using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Retrace.Training.DataParallel;

/// <summary>What the processes of a group decide together.</summary>
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
    /// Does each process's part of some work, in which nothing is exchanged, and waits for the others. If it failed
    /// anywhere it fails everywhere, and the processes have left the group; the first that failed throws the reason.
    /// Interruptions and a lack of servers leave the group as it is, for a checkpoint.
    /// </summary>
    /// <exception cref="JobInterruptedException">Some process was interrupted, and none failed.</exception>
    /// <exception cref="RolloutFailedException">Some process found no server, and none failed otherwise.</exception>
    /// <exception cref="OtherProcessFailedException">It failed in another process.</exception>
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

    /// <summary>The number that the first process gives, in all of them.</summary>
    public static int Broadcast(this IProcessGroup processes, int value) =>
        BitConverter.ToInt32(processes.Broadcast(BitConverter.GetBytes(value)));

    /// <summary>The message that the first process gives, in all of them.</summary>
    /// <param name="message">Read from the first process alone.</param>
    public static byte[] Broadcast(this IProcessGroup processes, byte[] message) =>
        processes.GatherAll(processes.Rank == 0 ? message : [])[0];

    /// <summary>Sums over the processes, added up in the order of their ranks.</summary>
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

    /// <summary>This process's share of a list: as even as can be, in one piece, and nobody else's.</summary>
    /// <param name="count">Items of the list.</param>
    public static Range ShareOf(this IProcessGroup processes, int count) =>
        (int)((long)count * processes.Rank / processes.Size)..(int)((long)count * (processes.Rank + 1) / processes.Size);

    // The first process that found none says so.
    private static RolloutFailedException WithoutServers(IProcessGroup processes, int rank, Exception? own) =>
        rank == processes.Rank
            ? new RolloutFailedException(
                rank == 0 ? own!.Message : $"Process {rank}, on {Environment.MachineName}: {own!.Message}", own)
            : new RolloutFailedException("another process of the job has no server") { IsSaidElsewhere = true };
}
