using System.Reflection;
using Retrace.Models.Checkpoints;
using Retrace.Models.Native;
using Retrace.Problems;
using Retrace.Runs;
using static TorchSharp.torch;

namespace Retrace.Training.Origins;

/// <summary>Finds out what a run is started with on this machine.</summary>
internal static class OriginMeasurement
{
    /// <summary>The version of Retrace, without the commit that some builds append after a plus sign.</summary>
    public static string Library { get; } = typeof(OriginMeasurement).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The version of the libtorch in use; null where it does not report one.</summary>
    public static string? LibTorch() => Models.Native.LibTorch.Loaded().Version?.ToString();

    /// <param name="modelFolder">The model to start from.</param>
    /// <param name="dataName">The name of the problems' source.</param>
    /// <param name="data">The problems as they were read.</param>
    /// <param name="device">Where tensors live.</param>
    /// <exception cref="BadInputException">The model's folder cannot be read.</exception>
    public static RunOrigin Of(
        string modelFolder, string dataName, ProblemSet data, Device device, CancellationToken cancellation) => new()
        {
            Model = ModelAt(modelFolder),
            Data = ProblemSetDigest.Of(dataName, data, cancellation),
            Library = Library,
            LibTorch = LibTorch(),
            Device = NameOf(device),
            InstructionSet = InstructionSet.Description,
            Threads = get_num_threads(),
        };

    /// <summary>The files of a model.</summary>
    /// <exception cref="BadInputException">The folder cannot be read.</exception>
    public static ModelOrigin ModelAt(string folder) => new(Path.GetFullPath(folder), ModelDigest.OfFiles(folder));

    /// <summary>Names a kind of device: numbers follow from it, and not from which one of several it is.</summary>
    public static string NameOf(Device device)
    {
        if (device.type != TorchSharp.DeviceType.CUDA)
        {
            return device.type.ToString().ToLowerInvariant();
        }
        string name = CudaDriver.NameOf(Math.Max(0, device.index)) ?? "an unknown device";
        return $"cuda, {name}, CUDA {Models.Native.LibTorch.Loaded().Cuda}".TrimEnd();
    }
}
