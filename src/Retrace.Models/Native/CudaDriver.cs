using System.Runtime.InteropServices;

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

    /// <summary>Unpacks a version number of CUDA: 12080 is 12.8.</summary>
    internal static Version Unpack(int packed) => new(packed / 1000, packed % 1000 / 10);
}
