using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Retrace.Training.DataParallel;

/// <summary>
/// The C interface of Open MPI's library, as far as it is used. Open MPI's handles are the addresses of objects that
/// the library exports, and its ABI has been the same in versions 3 to 5 (libmpi.so.40).
/// </summary>
internal static class Mpi
{
    /// <summary>MPI_THREAD_FUNNELED: only the thread that initialised MPI calls it.</summary>
    public const int ThreadFunneled = 1;

    private const string Library = "libmpi";
    private const int Success = 0;
    private const int MaxErrorString = 256;

    private static readonly string[] Files = OperatingSystem.IsMacOS()
        ? ["libmpi.40.dylib", "libmpi.dylib"]
        : ["libmpi.so.40", "libmpi.so"];

    private static readonly Lazy<IntPtr> Handle = new(Load);

    static Mpi() => NativeLibrary.SetDllImportResolver(
        Assembly.GetExecutingAssembly(),
        (name, _, _) => name switch
        {
            Library => Handle.Value,
            Nccl.Library => Nccl.Handle,
            Nccl.CudaLibrary => Nccl.CudaHandle,
            _ => IntPtr.Zero, // The default search.
        });

    /// <summary>The communicator of all processes of the job.</summary>
    public static IntPtr World => NativeLibrary.GetExport(Handle.Value, "ompi_mpi_comm_world");

    public static IntPtr Byte => NativeLibrary.GetExport(Handle.Value, "ompi_mpi_byte");

    public static IntPtr Float => NativeLibrary.GetExport(Handle.Value, "ompi_mpi_float");

    public static IntPtr Sum => NativeLibrary.GetExport(Handle.Value, "ompi_mpi_op_sum");

    public static IntPtr ErrorsReturn => NativeLibrary.GetExport(Handle.Value, "ompi_mpi_errors_return");

    /// <exception cref="ProcessLostException">The code reports an error.</exception>
    public static void Check(int code, string call)
    {
        if (code == Success)
        {
            return;
        }
        byte[] text = new byte[MaxErrorString];
        string reason = ErrorString(code, text, out int length) == Success
            ? Encoding.UTF8.GetString(text, 0, length)
            : $"code {code}";
        throw new ProcessLostException($"{call}: {reason}");
    }

    [DllImport(Library, EntryPoint = "MPI_Init_thread")]
    public static extern int InitThread(IntPtr argc, IntPtr argv, int required, out int provided);

    [DllImport(Library, EntryPoint = "MPI_Finalize")]
    public static extern int Finalize();

    [DllImport(Library, EntryPoint = "MPI_Comm_rank")]
    public static extern int CommRank(IntPtr comm, out int rank);

    [DllImport(Library, EntryPoint = "MPI_Comm_size")]
    public static extern int CommSize(IntPtr comm, out int size);

    [DllImport(Library, EntryPoint = "MPI_Comm_set_errhandler")]
    public static extern int CommSetErrorHandler(IntPtr comm, IntPtr handler);

    [DllImport(Library, EntryPoint = "MPI_Allgather")]
    public static extern int Allgather(
        ref byte send,
        int sendCount,
        IntPtr sendType,
        ref byte receive,
        int receiveCount,
        IntPtr receiveType,
        IntPtr comm);

    [DllImport(Library, EntryPoint = "MPI_Allgather")]
    public static extern int Allgather(
        ref int send, int sendCount, IntPtr sendType, int[] receive, int receiveCount, IntPtr receiveType, IntPtr comm);

    [DllImport(Library, EntryPoint = "MPI_Allgatherv")]
    public static extern int Allgatherv(
        byte[] send,
        int sendCount,
        IntPtr sendType,
        byte[] receive,
        int[] receiveCounts,
        int[] displacements,
        IntPtr receiveType,
        IntPtr comm);

    [DllImport(Library, EntryPoint = "MPI_Reduce_scatter_block")]
    public static extern int ReduceScatterBlock(
        ref byte send, ref byte receive, int receiveCount, IntPtr type, IntPtr operation, IntPtr comm);

    [DllImport(Library, EntryPoint = "MPI_Ibarrier")]
    public static extern int BeginBarrier(IntPtr comm, out IntPtr request);

    [DllImport(Library, EntryPoint = "MPI_Isend")]
    public static extern int BeginSend(
        ref byte values, int count, IntPtr type, int to, int tag, IntPtr comm, out IntPtr request);

    [DllImport(Library, EntryPoint = "MPI_Test")]
    public static extern int Test(ref IntPtr request, out int isDone, IntPtr status);

    [DllImport(Library, EntryPoint = "MPI_Iprobe")]
    public static extern int Probe(int from, int tag, IntPtr comm, out int isThere, IntPtr status);

    [DllImport(Library, EntryPoint = "MPI_Recv")]
    public static extern int Receive(
        ref byte values, int count, IntPtr type, int from, int tag, IntPtr comm, IntPtr status);

    [DllImport(Library, EntryPoint = "MPI_Error_string")]
    private static extern int ErrorString(int code, byte[] text, out int length);

    private static IntPtr Load()
    {
        foreach (string file in Files)
        {
            if (NativeLibrary.TryLoad(file, out IntPtr library))
            {
                return NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _)
                    ? library
                    : throw new BadInputException(
                        $"{file} is not Open MPI's, which evolve needs to train in several processes.");
            }
        }
        throw new BadInputException(
            $"This process was started by MPI, but {Files[0]} cannot be loaded; install Open MPI (Debian: openmpi-bin).");
    }
}
