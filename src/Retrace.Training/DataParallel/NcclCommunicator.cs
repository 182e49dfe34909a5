using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Retrace.Training.DataParallel;

/// <summary>
/// Exchanges tensors between CUDA devices, one for each process, without copying them to host memory.
/// </summary>
/// <remarks>
/// Work runs on a stream of its own that first waits for the work queued so far on the default stream, which torch
/// uses. So the exchange overlaps with later kernels of the backward pass.
/// </remarks>
internal sealed class NcclCommunicator : IDisposable
{
    private const IntPtr DefaultStream = 0;

    private readonly IntPtr _communicator;
    private readonly IntPtr _stream;
    private readonly IntPtr _event;

    /// <summary>Called by all processes together. The first creates an id, which the others receive over MPI.</summary>
    /// <param name="processes">The processes of the group.</param>
    /// <param name="device">The index of this process's CUDA device.</param>
    public NcclCommunicator(MpiProcessGroup processes, int device)
    {
        Nccl.Check(Nccl.SetDevice(device), "cudaSetDevice"); // Per thread.
        Nccl.UniqueId id = default;
        if (processes.Rank == 0)
        {
            Nccl.Check(Nccl.GetUniqueId(out id), "ncclGetUniqueId");
        }
        byte[] ofFirst = processes.GatherAll(MemoryMarshal.AsBytes(new ReadOnlySpan<Nccl.UniqueId>(in id)).ToArray())[0];
        id = MemoryMarshal.Read<Nccl.UniqueId>(ofFirst);
        Nccl.Check(Nccl.CommInitRank(out _communicator, processes.Size, id, processes.Rank), "ncclCommInitRank");
        Nccl.Check(Nccl.StreamCreate(out _stream, Nccl.NonBlocking), "cudaStreamCreateWithFlags");
        Nccl.Check(Nccl.EventCreate(out _event, Nccl.DisableTiming), "cudaEventCreateWithFlags");
    }

    /// <inheritdoc cref="IProcessGroup.SumScatter"/>
    public void SumScatter(Tensor whole, Tensor part) => Exchange("ncclReduceScatter", () => Nccl.ReduceScatter(
        AddressOf(whole), AddressOf(part), (nuint)part.numel(), Nccl.Float32, Nccl.Sum, _communicator, _stream));

    /// <inheritdoc cref="IProcessGroup.GatherAll(Tensor, Tensor)"/>
    public void GatherAll(Tensor part, Tensor whole) => Exchange("ncclAllGather", () => Nccl.AllGather(
        AddressOf(part), AddressOf(whole), (nuint)(part.numel() * part.ElementSize), Nccl.Uint8, _communicator, _stream));

    public void Dispose()
    {
        Nccl.CommDestroy(_communicator);
        Nccl.EventDestroy(_event);
        Nccl.StreamDestroy(_stream);
    }

    private void Exchange(string name, Func<int> call)
    {
        Nccl.Check(Nccl.EventRecord(_event, DefaultStream), "cudaEventRecord");
        Nccl.Check(Nccl.StreamWaitEvent(_stream, _event, flags: 0), "cudaStreamWaitEvent");
        Nccl.Check(call(), name);
        Nccl.Check(Nccl.StreamSynchronize(_stream), "cudaStreamSynchronize");
    }

    // Requires a tensor that owns its whole storage.
    private static IntPtr AddressOf(Tensor tensor) => tensor.storage<byte>().data_ptr();
}
