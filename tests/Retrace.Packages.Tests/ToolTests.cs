using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Retrace.Testing;

namespace Retrace.Packages.Tests;

/// <summary>The command line as a .NET tool.</summary>
public sealed class ToolTests(LocalFeed feed) : IDisposable
{
    private static readonly Dictionary<OSPlatform, string[]> Natives = new()
    {
        [OSPlatform.Linux] = ["libtorch.so", "libtorch_cpu.so", "libc10.so", "libLibTorchSharp.so", "libSkiaSharp.so"],
        [OSPlatform.OSX] = ["libtorch.dylib", "libtorch_cpu.dylib", "libc10.dylib", "libLibTorchSharp.dylib", "libSkiaSharp.dylib"],
        [OSPlatform.Windows] = ["torch.dll", "torch_cpu.dll", "c10.dll", "LibTorchSharp.dll", "libSkiaSharp.dll"],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Libtorch is in the packages of single systems alone, of which an installation downloads the one that it needs.
    [Fact]
    public void The_tool_s_package_is_small_and_names_one_for_each_system()
    {
        using ZipArchive package = ZipFile.OpenRead(
            Directory.GetFiles(feed.Packages, "Retrace.Cli.*.nupkg").MinBy(path => new FileInfo(path).Length)!);
        Assert.True(package.Entries.Sum(entry => entry.Length) < 1 << 20);
        using Stream settings = package.Entries.Single(entry => entry.Name == "DotnetToolSettings.xml").Open();
        Assert.Equal(
            ["linux-x64 Retrace.Cli.linux-x64", "osx-arm64 Retrace.Cli.osx-arm64", "win-x64 Retrace.Cli.win-x64"],
            XDocument.Load(settings).Descendants("RuntimeIdentifierPackage")
                .Select(one => $"{one.Attribute("RuntimeIdentifier")!.Value} {one.Attribute("Id")!.Value}")
                .Order());
    }

    // An archive is made of the same files, with .NET beside them.
    [Fact]
    public void The_package_of_one_system_has_its_native_libraries_alone_and_the_licenses_of_what_it_hands_on()
    {
        using ZipArchive package = ZipFile.OpenRead(Assert.Single(
            Directory.GetFiles(feed.Packages, "Retrace.Cli.*.nupkg"), path => new FileInfo(path).Length > 1 << 20));
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.All(Natives, natives =>
        {
            bool areNeeded = RuntimeInformation.IsOSPlatform(natives.Key);
            Assert.All(natives.Value, native => Assert.Equal(areNeeded, files.Any(file => Path.GetFileName(file) == native)));
        });
        Assert.DoesNotContain(files, file => file.Contains("torch_python", StringComparison.Ordinal));
        string[] licenses = ["LICENSE", "LICENSE-LIBTORCH.txt", "torchsharp.xml", "yamldotnet.xml"];
        Assert.All(licenses, license => Assert.Contains(files, file => Path.GetFileName(file) == license));
    }

    [Fact]
    public async Task An_installed_tool_takes_a_step()
    {
        string tools = _folder.Combine("tools");
        await Command.RunAsync(
            _folder.Combine(""),
            "dotnet",
            "tool", "install", "Retrace.Cli", "--tool-path", tools, "--source", feed.Packages);
        string problems =
            _folder.Write("problems.jsonl", string.Join('\n', File.ReadLines(Shipped.TrainingProblems).Take(2)));
        string output = await Command.RunAsync(
            _folder.Combine(""),
            Path.Combine(tools, OperatingSystem.IsWindows() ? "retrace.exe" : "retrace"),
            "evolve", "--model", Shipped.Model, "--data", problems, "--output", "run", "--steps", "1", "--set",
            "rollout.group=2", "--set", "retrace.samples=1");
        Assert.Contains("step 1/1", output);
        Assert.True(File.Exists(Path.Combine(_folder.Combine("run"), "checkpoints", "step-1", "model.safetensors")));
    }
}
