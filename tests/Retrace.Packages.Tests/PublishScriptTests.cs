using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using Retrace.Testing;

namespace Retrace.Packages.Tests;

/// <summary>
/// <c>eng/publish.sh</c> to its end, on a small copy of what it reads and with a <c>dotnet</c> that writes down what it is
/// asked to build and builds nothing.
/// </summary>
public sealed class PublishScriptTests : IDisposable
{
    private const string Dotnet = """
        #!/bin/sh
        echo "$*" >>"$CALLS"
        [ "$1" = publish ] || exit 0
        while [ $# -gt 0 ]; do
            case $1 in
                --runtime) runtime=$2 ;;
                --output) output=$2 ;;
            esac
            shift
        done
        mkdir -p "$output"
        case $runtime in
            win-*) : >"$output/Retrace.Cli.exe" ;;
            *) : >"$output/Retrace.Cli" ;;
        esac
        """;

    private static readonly string[] Systems = ["linux-x64", "osx-arm64", "win-x64"];

    private readonly TemporaryFolder _folder = new();

    public PublishScriptTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "eng/publish.sh is a script for sh.");
        Copy("Directory.Build.props", "eng/publish.sh");
        foreach (string path in Directory.GetFiles(Path.Combine(LocalFeed.Repository, "benchmarks", "beside-pytorch"), "*.py"))
        {
            Copy($"benchmarks/beside-pytorch/{Path.GetFileName(path)}");
        }
        string[] read =
        [
            "README.md", "CHANGELOG.md", "SECURITY.md", "docs/README.md", "configs/README.md", "models/tiny/config.json",
            "data/geometry/test.jsonl",
        ];
        Array.ForEach(read, path => _folder.Write(path, path));
        WriteProgram("dotnet", Dotnet);
        WriteProgram("xz", "#!/bin/sh\nexec cat\n");
    }

    private static string Version => XDocument.Load(Path.Combine(LocalFeed.Repository, "Directory.Build.props"))
        .Descendants("Version").Single().Value;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_command_makes_the_archives_of_all_systems_and_the_packages()
    {
        string[] calls = await PublishAsync();

        string release = _folder.Combine("artifacts/release");
        Assert.Equal(
            Systems.Select(system => $"retrace-{Version}-{system}.tar.gz")
                .Append($"retrace-{Version}-linux-x64-external.tar.xz").Order(),
            Directory.GetFiles(release).Select(Path.GetFileName).Order());
        foreach (string system in Systems)
        {
            string[] files = FilesOf(Path.Combine(release, $"retrace-{Version}-{system}.tar.gz"));
            string[] expected =
            [
                system == "win-x64" ? "retrace.exe" : "retrace", "README.md", "CHANGELOG.md", "SECURITY.md", "docs/README.md",
                "configs/README.md", "models/tiny/config.json", "data/geometry/test.jsonl", "beside-pytorch/beside.py",
            ];
            Assert.All(expected, file => Assert.Contains($"retrace-{Version}-{system}/{file}", files));
            Assert.Contains(calls, call => Asks(call, $"--runtime {system}", "--self-contained", "-p:Torch=cpu"));
        }
        string[] small = FilesOf(Path.Combine(release, $"retrace-{Version}-linux-x64-external.tar.xz"));
        Assert.Contains($"retrace-{Version}-linux-x64-external/retrace", small);
        Assert.DoesNotContain(small, file => file.Contains("/models/", StringComparison.Ordinal));
        Assert.Contains(calls, call => Asks(call, "--runtime linux-x64", "--self-contained", "-p:Torch=external"));
        Assert.Contains(calls, call => call.StartsWith("msbuild eng/Packages.proj ", StringComparison.Ordinal)
            && call.EndsWith("-p:ToolRuntimes=\"linux-x64;win-x64;osx-arm64\"", StringComparison.Ordinal));
        Assert.Equal(5, calls.Length);
    }

    [Fact]
    public async Task A_single_archive_is_made_alone()
    {
        Assert.Contains("--runtime win-x64", Assert.Single(await PublishAsync("win-x64")));
        Assert.Single(Directory.GetFiles(_folder.Combine("artifacts/release")));
    }

    // The evaluation alone, which needs no package of another system.
    [Theory]
    [InlineData("linux-x64", "cpu", "libtorch-cpu-linux-x64")]
    [InlineData("win-x64", "cpu", "libtorch-cpu-win-x64")]
    [InlineData("osx-arm64", "cpu", "libtorch-cpu-osx-arm64")]
    [InlineData("linux-x64", "external", "")]
    public async Task The_command_line_refers_to_the_libtorch_of_its_system_alone(string system, string torch, string package)
    {
        string items = await Command.RunAsync(
            LocalFeed.Repository,
            "dotnet",
            "msbuild", "src/Retrace.Cli", $"-p:RuntimeIdentifier={system}", $"-p:Torch={torch}", "-getItem:PackageReference");
        using var evaluated = JsonDocument.Parse(items);
        Assert.Equal(
            package,
            string.Join(' ', evaluated.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
                .Select(item => item.GetProperty("Identity").GetString()!)
                .Where(name => name.StartsWith("libtorch-", StringComparison.Ordinal))));
    }

    private static bool Asks(string call, params string[] options) =>
        options.All(option => $" {call} ".Contains($" {option} ", StringComparison.Ordinal));

    // Of a tar file, packed by gzip or, as by the stand-in for xz, not at all.
    private static string[] FilesOf(string archive)
    {
        using FileStream file = File.OpenRead(archive);
        using Stream content =
            Path.GetExtension(archive) == ".gz" ? new GZipStream(file, CompressionMode.Decompress) : file;
        using TarReader reader = new(content);
        List<string> names = [];
        while (reader.GetNextEntry() is TarEntry entry)
        {
            names.Add(entry.Name);
        }
        return [.. names];
    }

    private void Copy(params string[] paths) =>
        Array.ForEach(paths, path => _folder.Write(path, File.ReadAllText(Path.Combine(LocalFeed.Repository, path))));

    private void WriteProgram(string name, string script)
    {
        string path = _folder.Write($"bin/{name}", script);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    // What dotnet was asked for, a call a line.
    private async Task<string[]> PublishAsync(params string[] arguments)
    {
        string calls = _folder.Combine("calls.txt");
        await Command.RunAsync(
            _folder.Path,
            "env",
            [
                $"PATH={_folder.Combine("bin")}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
                $"CALLS={calls}", "sh", "eng/publish.sh", .. arguments,
            ]);
        return File.ReadAllLines(calls);
    }
}
