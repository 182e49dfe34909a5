using System.Globalization;
using Retrace.Configuration;
using Retrace.Models.Native;
using Retrace.Training.DataParallel;

namespace Retrace.Training.Evolution;

/// <summary>The memory in bytes that a process can have where its tensors live.</summary>
internal static class AvailableMemory
{
    /// <summary>Asks the host, for the CPU, or else NVIDIA's driver.</summary>
    /// <param name="localRank">This process's index among those on its machine.</param>
    /// <param name="onThisMachine">Number of processes that share this machine's memory.</param>
    /// <returns>Null where there is no driver to ask.</returns>
    public static long? Of(ModelSettings settings, int localRank = 0, int onThisMachine = 1) => settings.Device switch
    {
        "cpu" => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / onThisMachine,
        string device => GpuMemory.Of(NumberOf(device, localRank))?.Free,
    };

    /// <summary>
    /// The least that any process of a group can have, so that all of them plan alike; null where one of them does not
    /// know. All processes must call it.
    /// </summary>
    public static long? LeastOf(ModelSettings settings, IProcessGroup processes)
    {
        long own = Of(settings, processes.LocalRank, processes.LocalSize) ?? -1;
        long least = processes.GatherAll(BitConverter.GetBytes(own)).Min(message => BitConverter.ToInt64(message));
        return least < 0 ? null : least;
    }

    // As ComputeSettings.DeviceOf chooses it.
    private static int NumberOf(string device, int localRank) => device.Split(':') is [_, string number]
        ? int.Parse(number, CultureInfo.InvariantCulture)
        : localRank % Math.Max(1, CudaDriver.Ask()?.Devices ?? 1);
}
