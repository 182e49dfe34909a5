using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>Copies values from a device to the host, for code that branches on them.</summary>
/// <remarks>
/// On a GPU each copy is a round trip: the host waits until all that was asked of the device has been computed, and the
/// device then waits for the host. docs/gpu.md lists the places that need one, and tests count them.
/// </remarks>
public static class HostCopy
{
    [ThreadStatic]
    private static long _count;

    /// <summary>The copies that this thread has made so far.</summary>
    public static long Count => _count;

    /// <summary>
    /// The tensor's values in the host's memory: the tensor itself where it lies there already, so dispose of it alone.
    /// </summary>
    /// <exception cref="NotSupportedException">The tensor is on the meta device, which has no values.</exception>
    public static Tensor Of(Tensor tensor)
    {
        _count++;
        return tensor.device_type == DeviceType.META
            ? throw new NotSupportedException("Values were asked of a tensor on the meta device")
            : tensor.cpu();
    }
}
