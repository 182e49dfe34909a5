using System.Runtime.InteropServices;
using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>What the figures were measured on.</summary>
internal static class MachineFacts
{
    public static IEnumerable<Finding> Of(Device device)
    {
        LoadedLibTorch libtorch = LibTorch.Loaded();
        string kind = libtorch.HasCuda ? $"CUDA {libtorch.Cuda}".TrimEnd() : "the CPU";
        string functions = LibTorch.HasCustomAutograd ? "" : ", without custom autograd functions";
        yield return new Finding("libtorch", Outcome.Info, $"{libtorch.Version}, built for {kind}{functions}");
        yield return new Finding(
            "driver",
            Outcome.Info,
            CudaDriver.Ask() is { } driver ? $"serves CUDA up to {driver.Version}" : "none of NVIDIA's");
        yield return new Finding("device", Outcome.Info, device.type == DeviceType.CUDA
            ? $"{device}: {CudaDriver.NameOf(Math.Max(0, device.index)) ?? "unnamed"}"
            : $"cpu: {InstructionSet.Description}, {get_num_threads()} threads, {RuntimeInformation.RuntimeIdentifier}");
    }
}
