using static TorchSharp.torch;

namespace Retrace.Training.DataParallel;

/// <summary>The processes that train one model together, each on its share of the data.</summary>
/// <remarks>
/// What exchanges something must be called by all processes, in the same order. It may be called from any one thread, and
/// from work that was handed to <see cref="Submit"/>.
/// </remarks>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process's number, from 0. The process of rank 0 is the only one to write files.</summary>
    int Rank { get; }

    /// <summary>How many processes there are.</summary>
    int Size { get; }

    /// <summary>This process's number among those on its machine, by which it takes one of the machine's devices.</summary>
    int LocalRank { get; }

    /// <summary>How many of the processes run on this machine and divide its memory.</summary>
    int LocalSize { get; }

    /// <summary>Runs work beside what this thread does, after all that was submitted before.</summary>
    Task Submit(Action work);

    /// <summary>[Size] every process's message, by rank.</summary>
    byte[][] GatherAll(byte[] message);

    /// <summary>Adds up a tensor over the processes and gives each its part of the sum.</summary>
    /// <param name="whole">[Size · n], fp32</param>
    /// <param name="part">[n], fp32: receives the part of this rank.</param>
    void SumScatter(Tensor whole, Tensor part);

    /// <summary>Puts the parts of all processes together in all of them.</summary>
    /// <param name="part">[n]</param>
    /// <param name="whole">[Size · n], of the same type: receives the parts by rank.</param>
    void GatherAll(Tensor part, Tensor whole);

    /// <summary>Sends a contiguous tensor in host memory to one process, which must receive it.</summary>
    void Send(Tensor values, int to);

    /// <summary>Receives what another process sends, into a contiguous tensor in host memory of the same size.</summary>
    void Receive(Tensor values, int from);

    /// <summary>
    /// Leaves the group in good order; nothing can be exchanged any more. A process that ends without this ends the
    /// others.
    /// </summary>
    void Leave();
}
