using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>
/// The native libraries that TorchSharp calls: the build's, or those of a folder that the user names.
/// </summary>
/// <remarks>
/// A build with <c>-p:Torch=external</c> brings none. TorchSharp's own native library asks for libtorch by name, and
/// the system's loader answers with a library of that name that the process has loaded already; so it is enough that
/// the user's are loaded first. Where the build brings a libtorch, TorchSharp loads that one by its path, and a second
/// one beside it would register the same operators twice: then a folder is refused.
/// </remarks>
public static class LibTorch
{
    /// <summary>The environment variable that names the folder of an existing libtorch.</summary>
    public const string FolderVariable = "RETRACE_LIBTORCH";

    // Each loads what it needs itself: c10 and OpenMP, and NVIDIA's libraries.
    private const string Cpu = "torch_cpu";
    private const string Cuda = "torch_cuda"; // Only in a build for CUDA.
    private const string All = "torch";
    private const string TorchSharpLibrary = "LibTorchSharp";

    // C functions of libtorch_cpu and libcudart, and at::show_config with std::string as it has been since GCC 5.
    private const string VersionFunction = "aoti_torch_abi_version";
    private const string CudaVersionFunction = "cudaRuntimeGetVersion";
    private const string FunctionOfNewAbi = "_ZN2at11show_configB5cxx11Ev";

    private const string Advice = "the folder of libtorch's libraries, such as torch/lib inside a Python PyTorch";

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate ulong VersionReader();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CudaVersionReader(out int version);

    /// <summary>
    /// The version that TorchSharp was built for. Another patch number serves as well, and on Linux another version that
    /// has the same symbols (<see cref="NeededSymbols"/>).
    /// </summary>
    public static Version Needed { get; } = new(typeof(LibTorch).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "LibTorchVersion").Value!);

    /// <summary>
    /// Whether libtorch has the functions that TorchSharp makes custom autograd functions of. Where they have changed,
    /// backward passes go another way (<c>BackwardPass</c>).
    /// </summary>
    public static bool HasCustomAutograd { get; private set; } = true;

    /// <summary>Makes sure that TorchSharp finds a libtorch. Call it before anything of TorchSharp.</summary>
    /// <exception cref="BadInputException">
    /// There is no libtorch, or the folder that the variable names cannot be used.
    /// </exception>
    public static void Prepare() => Prepare(Environment.GetEnvironmentVariable(FolderVariable), FolderOfBuild());

    /// <summary>
    /// Prepares libtorch for a given value of the variable and a given folder of the build's libtorch.
    /// </summary>
    internal static void Prepare(string? folder, string? folderOfBuild)
    {
        if (string.IsNullOrEmpty(folder))
        {
            if (folderOfBuild is null)
            {
                throw new BadInputException(
                    $"This build brings no libtorch along: {FolderVariable} has to name {Advice} "
                    + $"{Needed.ToString(2)}; docs/gpu.md has the steps.");
            }
            return;
        }
        string named = $"{FolderVariable} is {folder}, but";
        if (folderOfBuild is not null)
        {
            throw new BadInputException(
                $"{named} this build has a libtorch of its own in {folderOfBuild}; build with -p:Torch=external to use "
                + "yours, or unset the variable.");
        }
        string directory = Path.GetFullPath(folder);
        foreach (string library in new[] { Cpu, All })
        {
            if (!File.Exists(Path.Combine(directory, FileName(library))))
            {
                throw new BadInputException($"{named} there is no {FileName(library)} in it; it has to be {Advice}.");
            }
        }
        nint cpu = Load(Cpu);
        try
        {
            CheckVersion(cpu, named);
        }
        catch
        {
            NativeLibrary.Free(cpu); // Or a later search for the name would find it.
            throw;
        }
        if (File.Exists(Path.Combine(directory, FileName(Cuda))))
        {
            Load(Cuda);
        }
        Load(All);
        if (VersionOf(cpu) is Version version && (version.Major, version.Minor) != (Needed.Major, Needed.Minor))
        {
            CheckLayout(version, named);
        }

        nint Load(string library)
        {
            try
            {
                return NativeLibrary.Load(Path.Combine(directory, FileName(library)));
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                throw new BadInputException(
                    $"{named} its {FileName(library)} does not load: {LoaderMessage(error)}.");
            }
        }
    }

    /// <summary>The libtorch that TorchSharp uses, which it must have loaded before.</summary>
    public static LoadedLibTorch Loaded()
    {
        using var process = Process.GetCurrentProcess();
        string[] loaded = [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)];
        // Not every system lists a process's libraries.
        string cpu = Find(Cpu) ?? Path.Combine(
            FolderOfBuild() ?? Environment.GetEnvironmentVariable(FolderVariable) ?? AppContext.BaseDirectory,
            FileName(Cpu));
        string folder = Path.GetDirectoryName(cpu)!;
        Version? version = VersionOf(NativeLibrary.Load(cpu)); // Loaded already: this only finds it again.
        string cuda = Find(Cuda) ?? Path.Combine(folder, FileName(Cuda));
        if (!File.Exists(cuda))
        {
            return new LoadedLibTorch(version, folder, HasCuda: false);
        }
        try
        {
            Version? builtFor = CudaVersionOf(NativeLibrary.Load(cuda));
            return new LoadedLibTorch(version, folder, HasCuda: true) { Cuda = builtFor };
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return new LoadedLibTorch(version, folder, HasCuda: true) { CudaError = LoaderMessage(error) };
        }

        string? Find(string library) => loaded.FirstOrDefault(file => Path.GetFileName(file) == FileName(library));
    }

    /// <summary>
    /// Unpacks a version number of libtorch: one byte for each of three parts, from the highest down.
    /// </summary>
    internal static Version Unpack(ulong packed) =>
        new((byte)(packed >> 56), (byte)(packed >> 48), (byte)(packed >> 40));

    /// <summary>The file name of a library on this system.</summary>
    internal static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    private static void CheckVersion(nint cpu, string named)
    {
        string needs = $"Retrace needs version {Needed.ToString(2)}";
        if (VersionOf(cpu) is not Version version)
        {
            throw new BadInputException($"{named} that libtorch is an old one or none at all; {needs}.");
        }
        if ((version.Major, version.Minor) != (Needed.Major, Needed.Minor))
        {
            CheckSymbols(cpu, $"{named} that is libtorch {version}", needs);
        }
        if (OperatingSystem.IsLinux() && !NativeLibrary.TryGetExport(cpu, FunctionOfNewAbi, out _))
        {
            throw new BadInputException(
                $"{named} that libtorch was built with _GLIBCXX_USE_CXX11_ABI=0; Retrace needs one built with 1.");
        }
    }

    // Another version serves where it has all that TorchSharp's native library calls for here.
    private static void CheckSymbols(nint cpu, string found, string needs)
    {
        string caller = FileName(TorchSharpLibrary);
        if (!OperatingSystem.IsLinux() || FolderOf(caller) is not string folder)
        {
            throw new BadInputException($"{found}; {needs}.");
        }
        IReadOnlyList<string> symbols = NeededSymbols.Of(File.ReadAllBytes(Path.Combine(folder, caller)));
        IReadOnlyList<string> missing = NeededSymbols.Missing(symbols, cpu);
        if (ComplaintAbout(missing, symbols.Count) is string complaint)
        {
            throw new BadInputException($"{found}, {complaint}; {needs}.");
        }
        HasCustomAutograd = !missing.Any(NeededSymbols.IsOfCustomAutograd);
    }

    // TorchSharp's native library also reads tensors where the headers that it was compiled with say that their fields are.
    private static void CheckLayout(Version version, string named)
    {
        using Tensor probe = zeros(2, 3, dtype: ScalarType.Int64, device: CPU);
        if (probe.shape is not [2, 3] || probe.numel() != 6 || probe.dtype != ScalarType.Int64)
        {
            throw new BadInputException(
                $"{named} that is libtorch {version}, whose tensors lie otherwise in memory than TorchSharp reads them; "
                + $"Retrace needs version {Needed.ToString(2)}.");
        }
    }

    /// <summary>What is wrong with a libtorch that lacks some of what is called for; null where it serves.</summary>
    /// <param name="missing">The symbols that it lacks.</param>
    /// <param name="count">All symbols that TorchSharp's native library calls for.</param>
    internal static string? ComplaintAbout(IEnumerable<string> missing, int count)
    {
        string[] called =
        [
            .. missing.Where(symbol => !NeededSymbols.IsUnused(symbol) && !NeededSymbols.IsOfCustomAutograd(symbol)),
        ];
        return called.Length == 0
            ? null
            : $"which lacks {called.Length} of the {count} symbols that TorchSharp calls for, such as {called[0]}";
    }

    // Null: older than that function.
    private static Version? VersionOf(nint cpu) => NativeLibrary.TryGetExport(cpu, VersionFunction, out nint function)
        ? Unpack(Marshal.GetDelegateForFunctionPointer<VersionReader>(function)())
        : null;

    // On Linux a library's functions are looked for in those that it depends on, too; elsewhere it stays unknown.
    private static Version? CudaVersionOf(nint cuda) =>
        NativeLibrary.TryGetExport(cuda, CudaVersionFunction, out nint function)
        && Marshal.GetDelegateForFunctionPointer<CudaVersionReader>(function)(out int version) == 0
            ? CudaDriver.Unpack(version)
            : null;

    // Where the host looks for native libraries: the build's folders.
    private static string? FolderOfBuild() => FolderOf(FileName(Cpu));

    private static string? FolderOf(string file)
    {
        string folders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)));
    }

    // .NET's message is a line of its own and one for each attempt, and those are the system loader's.
    private static string LoaderMessage(Exception error)
    {
        string[] lines = error.Message.Split('\n', StringSplitOptions.TrimEntries);
        string message = lines.FirstOrDefault(line => line.Contains(": ", StringComparison.Ordinal)) ?? lines[0];
        return message.TrimEnd('.');
    }
}
