using System.Runtime.InteropServices;
using System.Text;

namespace Retrace.Models.Native;

/// <summary>What NVIDIA's driver reports to this process, asked without libtorch.</summary>
/// <param name="Version">The newest CUDA version that the driver supports.</param>
/// <param name="InitResult">What cuInit returns: 0, or an error code of the driver's API.</param>
/// <param name="Devices">The number of devices that are visible.</param>
public sealed record CudaDriver(Version Version, int InitResult, int Devices)
{
    /// <summary>The driver's library, as the system's loader finds it.</summary>
    public static string Library { get; } = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    private delegate int Initializer(uint flags);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    private delegate int NumberReader(out int number);

    [UnmanagedFunctionPointer(CallingConvention.Winapi)]
    private delegate int NameReader(byte[] name, int length, int device);

    /// <summary>Asks the driver; null where there is none.</summary>
    public static CudaDriver? Ask()
    {
        if (!NativeLibrary.TryLoad(Library, out nint library))
        {
            return null;
        }
        int result = Function<Initializer>("cuInit")(0);
        int devices = 0;
        if (result == 0)
        {
            result = Function<NumberReader>("cuDeviceGetCount")(out devices);
        }
        _ = Function<NumberReader>("cuDriverGetVersion")(out int version);
        return new CudaDriver(Unpack(version), result, devices);

        T Function<T>(string name) =>
            Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
    }

    /// <summary>The name of a device, such as NVIDIA H200; null where the driver does not tell.</summary>
    /// <param name="device">The device's number, from 0, among those that are visible.</param>
    public static string? NameOf(int device)
    {
        if (!NativeLibrary.TryLoad(Library, out nint library)
            || !NativeLibrary.TryGetExport(library, "cuDeviceGetName", out nint function))
        {
            return null;
        }
        byte[] name = new byte[256];
        return Marshal.GetDelegateForFunctionPointer<NameReader>(function)(name, name.Length, device) == 0
            ? Encoding.UTF8.GetString(name).TrimEnd('\0')
            : null;
    }

    /// <summary>Unpacks a version number of CUDA: 12080 is 12.8.</summary>
    internal static Version Unpack(int packed) => new(packed / 1000, packed % 1000 / 10);
}
