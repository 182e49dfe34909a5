using System.Runtime.InteropServices;

namespace Retrace.Models.Native;

/// <summary>The memory of a GPU, as NVIDIA's driver reports it, asked without libtorch.</summary>
/// <param name="Free">
/// Bytes that this process can still have: what other processes hold, and what CUDA itself takes in this one, is not
/// among them.
/// </param>
/// <param name="Total">All bytes of the device.</param>
public sealed record GpuMemory(long Free, long Total)
{
    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuInit(uint flags);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuDeviceGet(out int handle, int device);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuDevicePrimaryCtxRetain(out nint context, int handle);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuCtxPushCurrent(nint context);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuMemGetInfo(out nuint free, out nuint total);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuCtxPopCurrent(out nint context);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    internal delegate int CuDevicePrimaryCtxRelease(int handle);

    /// <summary>Asks the driver; null where there is none, or it does not tell.</summary>
    /// <param name="device">The device's number, from 0, among those that are visible.</param>
    public static GpuMemory? Of(int device) => NativeLibrary.TryLoad(CudaDriver.Library, out nint library)
        ? Of(device, name => NativeLibrary.TryGetExport(library, name, out nint function) ? function : 0)
        : null;

    /// <summary>Asks a driver.</summary>
    /// <param name="device">The number of the device, from 0, among those that are visible.</param>
    /// <param name="find">The address of the driver's function of a name; 0 where it has none.</param>
    internal static GpuMemory? Of(int device, Func<string, nint> find)
    {
        // The primary context is the one that libtorch uses too, so what it takes is not counted as free.
        if (Function<CuInit>("cuInit") is not { } start
            || Function<CuDeviceGet>("cuDeviceGet") is not { } get
            || Function<CuDevicePrimaryCtxRetain>("cuDevicePrimaryCtxRetain") is not { } take
            || Function<CuCtxPushCurrent>("cuCtxPushCurrent_v2") is not { } use
            || Function<CuMemGetInfo>("cuMemGetInfo_v2") is not { } read
            || Function<CuCtxPopCurrent>("cuCtxPopCurrent_v2") is not { } leave
            || Function<CuDevicePrimaryCtxRelease>("cuDevicePrimaryCtxRelease_v2") is not { } giveBack
            || start(0) != 0
            || get(out int handle, device) != 0
            || take(out nint context, handle) != 0)
        {
            return null;
        }
        try
        {
            if (use(context) != 0)
            {
                return null;
            }
            int result = read(out nuint free, out nuint total);
            _ = leave(out _);
            return result == 0 ? new GpuMemory((long)free, (long)total) : null;
        }
        finally
        {
            _ = giveBack(handle);
        }

        T? Function<T>(string name)
            where T : Delegate =>
            find(name) is var address and not 0 ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;
    }
}
