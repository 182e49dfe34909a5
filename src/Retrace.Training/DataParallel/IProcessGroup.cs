using static TorchSharp.torch;

namespace Retrace.Training.DataParallel;

/// <summary>A group of processes that train one model together, each on its share of the data.</summary>
/// <remarks>
/// All processes must call the members that exchange something, in the same order. They may be called from one thread
/// at a time, and from work passed to <see cref="Submit"/>.
/// </remarks>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process's index, from 0. Only the process of rank 0 writes files.</summary>
    int Rank { get; }

    /// <summary>Number of processes in the group.</summary>
    int Size { get; }

    /// <summary>This process's index among those on its machine, which decides its device.</summary>
    int LocalRank { get; }

    /// <summary>Number of processes on this machine, which share its memory.</summary>
    int LocalSize { get; }

    /// <summary>Runs work on another thread, after all work submitted earlier.</summary>
    Task Submit(Action work);

    /// <summary>Exchanges messages. Returns every process's message, by rank: [Size].</summary>
    byte[][] GatherAll(byte[] message);

    /// <summary>Sums a tensor over the processes and gives each process its part of the sum (reduce-scatter).</summary>
    /// <param name="whole">[Size · n], fp32: the tensor to sum.</param>
    /// <param name="part">[n], fp32: receives the part of this rank.</param>
    void SumScatter(Tensor whole, Tensor part);

    /// <summary>Concatenates the parts of all processes in every process (all-gather).</summary>
    /// <param name="part">[n] This process's part.</param>
    /// <param name="whole">[Size · n], of the same type: receives the parts by rank.</param>
    void GatherAll(Tensor part, Tensor whole);

    /// <summary>Sends a contiguous tensor in host memory to one process, which must receive it.</summary>
    void Send(Tensor values, int to);

    /// <summary>Receives what another process sends, into a contiguous tensor in host memory of the same size.</summary>
    void Receive(Tensor values, int from);

    /// <summary>
    /// Leaves the group in an orderly way; nothing can be exchanged afterwards. A process that ends without leaving
    /// ends the others.
    /// </summary>
    void Leave();
}
