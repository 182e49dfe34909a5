using System.Runtime.InteropServices;

namespace Retrace.Training.DataParallel;

/// <summary>NCCL's C interface (nccl.h) and CUDA's runtime (cuda_runtime_api.h), as far as they are used.</summary>
internal static class Nccl
{
    public const string Library = "libnccl";
    public const string CudaLibrary = "libcudart";

    // ncclDataType_t and ncclRedOp_t
    public const int Uint8 = 1;
    public const int Float32 = 7;
    public const int Sum = 0;

    // cudaStreamNonBlocking and cudaEventDisableTiming
    public const uint NonBlocking = 1;
    public const uint DisableTiming = 2;

    private static readonly Lazy<IntPtr> LazyHandle = new(() => Load("libnccl.so.2", "libnccl.so"));
    private static readonly Lazy<IntPtr> LazyCudaHandle =
        new(() => Load("libcudart.so.13", "libcudart.so.12", "libcudart.so"));

    /// <summary>Whether both libraries can be loaded.</summary>
    public static bool IsInstalled => Handle != 0 && CudaHandle != 0;

    public static IntPtr Handle => LazyHandle.Value;

    public static IntPtr CudaHandle => LazyCudaHandle.Value;

    /// <exception cref="ProcessLostException">The code reports an error.</exception>
    public static void Check(int code, string call)
    {
        if (code != 0)
        {
            throw new ProcessLostException($"{call}: code {code}");
        }
    }

    [DllImport(Library, EntryPoint = "ncclGetUniqueId")]
    public static extern int GetUniqueId(out UniqueId id);

    [DllImport(Library, EntryPoint = "ncclCommInitRank")]
    public static extern int CommInitRank(out IntPtr comm, int ranks, UniqueId id, int rank);

    [DllImport(Library, EntryPoint = "ncclReduceScatter")]
    public static extern int ReduceScatter(
        IntPtr send, IntPtr receive, nuint receiveCount, int type, int operation, IntPtr comm, IntPtr stream);

    [DllImport(Library, EntryPoint = "ncclAllGather")]
    public static extern int AllGather(
        IntPtr send, IntPtr receive, nuint sendCount, int type, IntPtr comm, IntPtr stream);

    [DllImport(Library, EntryPoint = "ncclCommDestroy")]
    public static extern int CommDestroy(IntPtr comm);

    [DllImport(CudaLibrary, EntryPoint = "cudaSetDevice")]
    public static extern int SetDevice(int device);

    [DllImport(CudaLibrary, EntryPoint = "cudaStreamCreateWithFlags")]
    public static extern int StreamCreate(out IntPtr stream, uint flags);

    [DllImport(CudaLibrary, EntryPoint = "cudaStreamDestroy")]
    public static extern int StreamDestroy(IntPtr stream);

    [DllImport(CudaLibrary, EntryPoint = "cudaStreamSynchronize")]
    public static extern int StreamSynchronize(IntPtr stream);

    [DllImport(CudaLibrary, EntryPoint = "cudaStreamWaitEvent")]
    public static extern int StreamWaitEvent(IntPtr stream, IntPtr @event, uint flags);

    [DllImport(CudaLibrary, EntryPoint = "cudaEventCreateWithFlags")]
    public static extern int EventCreate(out IntPtr @event, uint flags);

    [DllImport(CudaLibrary, EntryPoint = "cudaEventRecord")]
    public static extern int EventRecord(IntPtr @event, IntPtr stream);

    [DllImport(CudaLibrary, EntryPoint = "cudaEventDestroy")]
    public static extern int EventDestroy(IntPtr @event);

    private static IntPtr Load(params string[] files)
    {
        foreach (string file in files)
        {
            if (NativeLibrary.TryLoad(file, out IntPtr library))
            {
                return library;
            }
        }
        return 0;
    }

    /// <summary>ncclUniqueId: 128 bytes, passed by value.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct UniqueId
    {
        private readonly long _first;
    }
}
