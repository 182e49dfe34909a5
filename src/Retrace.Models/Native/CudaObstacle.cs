using TorchSharp;

namespace Retrace.Models.Native;

/// <summary>A reason why CUDA is not used.</summary>
/// <param name="Reason">Why CUDA cannot be used.</param>
/// <param name="Cure">What to do about it.</param>
public sealed record CudaObstacle(string Reason, string Cure)
{
    private const int NoDevice = 100; // CUDA_ERROR_NO_DEVICE

    /// <summary>
    /// All obstacles to CUDA in this process, from the machine up to libtorch; empty where CUDA can be used.
    /// </summary>
    public static IReadOnlyList<CudaObstacle> Find() => Of(
        LibTorch.Loaded(),
        CudaDriver.Ask(),
        Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"),
        torch.cuda.is_available() ? torch.cuda.device_count() : 0);

    /// <summary>What is in the way of asking the driver, whatever libtorch is loaded; null where nothing is.</summary>
    public static CudaObstacle? OfDriver() =>
        OfDriver(CudaDriver.Ask(), Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));

    /// <summary>Finds the obstacles from the facts about a machine.</summary>
    /// <param name="libtorch">The one that is loaded.</param>
    /// <param name="driver">NVIDIA's; null: there is none.</param>
    /// <param name="visibleDevices">The variable CUDA_VISIBLE_DEVICES; null: not set.</param>
    /// <param name="usedDevices">How many devices libtorch itself counts.</param>
    internal static IReadOnlyList<CudaObstacle> Of(
        LoadedLibTorch libtorch, CudaDriver? driver, string? visibleDevices, int usedDevices)
    {
        if (usedDevices > 0)
        {
            return [];
        }
        CudaObstacle?[] possible = [OfDriver(driver, visibleDevices), OfLibTorch(libtorch, driver)];
        CudaObstacle[] found = [.. possible.OfType<CudaObstacle>()];
        return found.Length > 0
            ? found
            : [new(
                "the driver shows a device, but libtorch does not start it",
                "look at nvidia-smi; PyTorch's torch.cuda.init() may say more")];
    }

    private static CudaObstacle? OfDriver(CudaDriver? driver, string? visibleDevices) => driver switch
    {
        null => new(
            $"there is no NVIDIA driver ({CudaDriver.Library} does not load)",
            "install the driver of an NVIDIA GPU; start a container with its GPUs (docker run --gpus all)"),
        { InitResult: 0, Devices: > 0 } => null,
        { InitResult: 0 or NoDevice } when visibleDevices is not null => new(
            $"CUDA_VISIBLE_DEVICES is \"{visibleDevices}\", which leaves no device",
            "unset it, or set it to the numbers of devices that nvidia-smi lists"),
        { InitResult: 0 or NoDevice } => new(
            "the NVIDIA driver sees no device",
            "see whether nvidia-smi lists one; start a container with its GPUs (docker run --gpus all)"),
        _ => new(
            $"the NVIDIA driver does not start (cuInit: error {driver.InitResult})",
            "see what nvidia-smi says; after an update of the driver, restart the machine"),
    };

    private static CudaObstacle? OfLibTorch(LoadedLibTorch libtorch, CudaDriver? driver) => libtorch switch
    {
        { HasCuda: false } => new(
            "this libtorch is built for the CPU alone",
            $"build with -p:Torch=cuda, or let {LibTorch.FolderVariable} name that of a PyTorch for CUDA: docs/gpu.md"),
        { CudaError: string error } => new(
            $"libtorch's CUDA part does not load: {error}",
            "what it misses is in PyTorch's nvidia-… packages: install them, or name its folder in LD_LIBRARY_PATH"),
        { Cuda: Version cuda } when driver is not null && cuda.Major > driver.Version.Major => new(
            $"the driver serves CUDA up to {driver.Version}, and this libtorch is built for {cuda}",
            $"update the driver, or take a libtorch for CUDA {driver.Version.Major}"),
        _ => null,
    };
}
