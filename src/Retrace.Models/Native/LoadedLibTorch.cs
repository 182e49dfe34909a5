namespace Retrace.Models.Native;

/// <summary>The libtorch of this process.</summary>
/// <param name="Version">The version that it reports; null if it is too old to report one.</param>
/// <param name="Folder">The folder that it was loaded from.</param>
/// <param name="HasCuda">Whether it was built for CUDA.</param>
public sealed record LoadedLibTorch(Version? Version, string Folder, bool HasCuda)
{
    /// <summary>The CUDA version that it was built for; null where it has none, or does not say.</summary>
    public Version? Cuda { get; init; }

    /// <summary>Why its CUDA part does not load; null where it does, or there is none.</summary>
    public string? CudaError { get; init; }
}
