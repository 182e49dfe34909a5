using System.Runtime.InteropServices;
using Retrace.Models.Native;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Native;

/// <summary>Folders that are refused; Retrace.EndToEnd.Tests uses one that is taken.</summary>
public sealed class LibTorchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_libtorch_of_the_build_says_its_version_and_place()
    {
        using Tensor one = ones(1); // Loads it.
        LoadedLibTorch loaded = LibTorch.Loaded();
        Assert.Equal(LibTorch.Needed, loaded.Version);
        Assert.StartsWith(AppContext.BaseDirectory, loaded.Folder);
        Assert.Null(loaded.CudaError);
    }

    [Fact]
    public void A_build_with_a_libtorch_needs_no_folder_and_takes_none()
    {
        LibTorch.Prepare(folder: null, folderOfBuild: "/build");
        LibTorch.Prepare(folder: "", folderOfBuild: "/build");
        Assert.Equal(
            "RETRACE_LIBTORCH is /mine, but this build has a libtorch of its own in /build; build with "
            + "-p:Torch=external to use yours, or unset the variable.",
            Complaint.Of(() => LibTorch.Prepare("/mine", "/build")));
    }

    [Fact]
    public void A_build_without_one_says_what_the_variable_has_to_name() => Assert.Equal(
        "This build brings no libtorch along: RETRACE_LIBTORCH has to name the folder of libtorch's libraries, such as "
        + $"torch/lib inside a Python PyTorch {LibTorch.Needed.ToString(2)}; docs/gpu.md has the steps.",
        Complaint.Of(() => LibTorch.Prepare(folder: null, folderOfBuild: null)));

    [Fact]
    public void A_folder_without_libtorch_is_refused()
    {
        string refused = Refused();
        Assert.Contains("torch_cpu.", refused);
        Assert.EndsWith("the folder of libtorch's libraries, such as torch/lib inside a Python PyTorch.", refused);
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused()
    {
        WriteLibraries(path => File.WriteAllText(path, "no library"));
        Assert.Contains("does not load: ", Refused());
    }

    [Fact]
    public void A_library_that_does_not_say_its_version_is_refused()
    {
        string other = Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(), LibTorch.FileName("System.IO.Compression.Native"));
        WriteLibraries(path => File.Copy(other, path));
        Assert.Equal(
            $"RETRACE_LIBTORCH is {_folder.Path}, but that libtorch is an old one or none at all; Retrace needs "
            + $"version {LibTorch.Needed.ToString(2)}.",
            Refused());
    }

    private void WriteLibraries(Action<string> write)
    {
        write(_folder.Combine(LibTorch.FileName("torch_cpu")));
        write(_folder.Combine(LibTorch.FileName("torch")));
    }

    private string Refused() => Complaint.Of(() => LibTorch.Prepare(_folder.Path, folderOfBuild: null));
}
