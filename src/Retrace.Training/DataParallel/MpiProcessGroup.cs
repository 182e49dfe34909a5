using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.DataParallel;

/// <summary>The processes of a job that mpirun or srun started, which communicate through Open MPI.</summary>
/// <remarks>
/// Tensors on a CUDA device go through NCCL if its library is installed, else through host memory. Only one thread
/// calls MPI, so MPI_THREAD_FUNNELED is enough. MPI waits by spinning, on a core that the process it waits for may
/// need: so processes first meet at a barrier that they ask now and then, and only then exchange.
/// </remarks>
public sealed class MpiProcessGroup : IProcessGroup
{
    private const int Tag = 0; // MPI keeps the order of messages between two processes.

    private readonly CommunicationThread _thread = new();
    private NcclCommunicator? _nccl; // Created for the first tensor on a CUDA device.
    private bool _left;

    /// <exception cref="BadInputException">
    /// Open MPI's library is missing, or it was not started as part of a job.
    /// </exception>
    public MpiProcessGroup()
    {
        (Rank, Size) = _thread.Run(() =>
        {
            Mpi.Check(Mpi.InitThread(0, 0, Mpi.ThreadFunneled, out _), "MPI_Init_thread");
            Mpi.Check(Mpi.CommSetErrorHandler(Mpi.World, Mpi.ErrorsReturn), "MPI_Comm_set_errhandler");
            Mpi.Check(Mpi.CommRank(Mpi.World, out int rank), "MPI_Comm_rank");
            Mpi.Check(Mpi.CommSize(Mpi.World, out int size), "MPI_Comm_size");
            return (rank, size);
        });
        byte[] machine = Encoding.UTF8.GetBytes(Environment.MachineName);
        LocalSize = GatherAll(machine).Count(other => other.AsSpan().SequenceEqual(machine));
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public int LocalRank { get; } = LocalRankOfLauncher();

    /// <inheritdoc/>
    public int LocalSize { get; }

    /// <inheritdoc/>
    public Task Submit(Action work) => _thread.Submit(work);

    /// <inheritdoc/>
    public byte[][] GatherAll(byte[] message) => _thread.Run(() =>
    {
        Meet();
        int[] lengths = new int[Size];
        int ownLength = message.Length;
        Mpi.Check(
            Mpi.Allgather(ref ownLength, sizeof(int), Mpi.Byte, lengths, sizeof(int), Mpi.Byte, Mpi.World),
            "MPI_Allgather");
        int[] places = new int[Size];
        for (int rank = 1; rank < Size; rank++)
        {
            places[rank] = checked(places[rank - 1] + lengths[rank - 1]);
        }
        byte[] all = new byte[checked(places[^1] + lengths[^1])];
        Mpi.Check(
            Mpi.Allgatherv(message, message.Length, Mpi.Byte, all, lengths, places, Mpi.Byte, Mpi.World),
            "MPI_Allgatherv");
        return Enumerable.Range(0, Size).Select(rank => all.AsSpan(places[rank], lengths[rank]).ToArray()).ToArray();
    });

    /// <inheritdoc/>
    public void SumScatter(Tensor whole, Tensor part) => _thread.Run(() =>
    {
        if (NcclFor(part) is NcclCommunicator nccl)
        {
            nccl.SumScatter(whole, part);
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor result = part.cpu();
        Meet();
        Mpi.Check(
            Mpi.ReduceScatterBlock(
                ref FirstByteOf(whole.cpu()),
                ref FirstByteOf(result),
                checked((int)part.numel()),
                Mpi.Float,
                Mpi.Sum,
                Mpi.World),
            "MPI_Reduce_scatter_block");
        if (part.device_type != DeviceType.CPU)
        {
            part.copy_(result);
        }
    });

    /// <inheritdoc/>
    public void GatherAll(Tensor part, Tensor whole) => _thread.Run(() =>
    {
        if (NcclFor(part) is NcclCommunicator nccl)
        {
            nccl.GatherAll(part, whole);
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor result = whole.cpu();
        int bytes = BytesOf(part);
        Meet();
        Mpi.Check(
            Mpi.Allgather(
                ref FirstByteOf(part.cpu()),
                bytes,
                Mpi.Byte,
                ref FirstByteOf(result),
                bytes,
                Mpi.Byte,
                Mpi.World),
            "MPI_Allgather");
        if (whole.device_type != DeviceType.CPU)
        {
            whole.copy_(result);
        }
    });

    /// <inheritdoc/>
    public void Send(Tensor values, int to) => _thread.Run(() =>
    {
        // MPI reads the values until the request is done; a tensor's memory does not move.
        Mpi.Check(
            Mpi.BeginSend(ref FirstByteOf(values), BytesOf(values), Mpi.Byte, to, Tag, Mpi.World, out IntPtr request),
            "MPI_Isend");
        Await(request);
    });

    /// <inheritdoc/>
    public void Receive(Tensor values, int from) => _thread.Run(() =>
    {
        SpinWait.SpinUntil(() =>
        {
            Mpi.Check(Mpi.Probe(from, Tag, Mpi.World, out int isThere, status: 0), "MPI_Iprobe");
            return isThere != 0;
        });
        Mpi.Check(
            Mpi.Receive(ref FirstByteOf(values), BytesOf(values), Mpi.Byte, from, Tag, Mpi.World, status: 0), "MPI_Recv");
    });

    /// <inheritdoc/>
    public void Leave()
    {
        if (!_left)
        {
            _left = true;
            _thread.Run(() =>
            {
                _nccl?.Dispose();
                Meet();
                Mpi.Check(Mpi.Finalize(), "MPI_Finalize");
            });
        }
    }

    /// <summary>Stops the communication thread. Without <see cref="Leave"/> the process must end after this.</summary>
    public void Dispose() => _thread.Dispose();

    // Waits until all processes are here.
    private static void Meet()
    {
        Mpi.Check(Mpi.BeginBarrier(Mpi.World, out IntPtr request), "MPI_Ibarrier");
        Await(request);
    }

    private static void Await(IntPtr request) => SpinWait.SpinUntil(() =>
    {
        Mpi.Check(Mpi.Test(ref request, out int isDone, status: 0), "MPI_Test");
        return isDone != 0;
    });

    private NcclCommunicator? NcclFor(Tensor tensor) => tensor.device_type != DeviceType.CUDA || !Nccl.IsInstalled
        ? null
        : _nccl ??= new NcclCommunicator(this, tensor.device_index);

    private static int BytesOf(Tensor tensor) => checked((int)(tensor.numel() * tensor.ElementSize));

    private static ref byte FirstByteOf(Tensor tensor) => ref MemoryMarshal.GetReference(tensor.bytes);

    private static int LocalRankOfLauncher()
    {
        string? text = Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_LOCAL_RANK")
            ?? Environment.GetEnvironmentVariable("SLURM_LOCALID");
        return int.TryParse(text, CultureInfo.InvariantCulture, out int rank) ? rank : 0;
    }
}
