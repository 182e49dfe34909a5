using Retrace.Models.Native;
using Retrace.Testing;

namespace Retrace.EndToEnd.Tests;

/// <summary>
/// The command line as -p:Torch=external builds it, without libtorch, beside a folder with the libtorch that the tests'
/// own build has.
/// </summary>
public sealed class ExternalLibTorchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;
    private readonly string _program;
    private readonly string _libtorch;

    public ExternalLibTorchTests()
    {
        _program = Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;
        _libtorch = Directory.CreateDirectory(Path.Combine(_folder, "libtorch")).FullName;
        string built = AppContext.BaseDirectory;
        CopyInto(_program, Directory.EnumerateFiles(built, "*.dll").Concat(Directory.EnumerateFiles(built, "*.json")));
        string native = Path.GetDirectoryName(
            Directory.EnumerateFiles(built, "*torch_cpu.*", SearchOption.AllDirectories).First())!;
        string programs = Path.Combine(_program, Path.GetRelativePath(built, native));
        CopyInto(Directory.CreateDirectory(programs).FullName, Directory.EnumerateFiles(native).Where(IsOfTheProgram));
        CopyInto(_libtorch, Directory.EnumerateFiles(native).Where(file => !IsOfTheProgram(file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_build_without_libtorch_takes_that_of_the_named_folder()
    {
        Assert.Equal(0, (await RunAsync(null, "simulate", "--help")).ExitCode);
        await RefusedAsync("This build brings no libtorch along: RETRACE_LIBTORCH has to name ", null);
        await RefusedAsync($"RETRACE_LIBTORCH is {_folder}, but there is no ", _folder);

        RetraceProcess sick = await RunAsync(null, "doctor");
        Assert.Equal(1, sick.ExitCode);
        Assert.Contains("torch      This build brings no libtorch along: ", sick.Output);

        // The doctor names the folder that the process has the library from.
        RetraceProcess examined = await RunAsync(_libtorch, "doctor");
        Assert.Equal((0, ""), (examined.ExitCode, examined.Error));
        Assert.Contains($" threads, from {_libtorch}\n", examined.Output);

        UntrainedModel.Write(Combine("model"));
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        const string Prompt = """{"input_ids": [40, 41, 42, 43, 44, 45]}""";
        await File.WriteAllTextAsync(Combine("prompts.jsonl"), Prompt, cancellation);
        Assert.Equal(0, (await RunAsync(_libtorch, Score("external.jsonl"))).ExitCode);
        Assert.Equal(0, (await RetraceProcess.RunAsync(Score("built.jsonl"))).ExitCode);
        Assert.Equal(
            await File.ReadAllTextAsync(Combine("built.jsonl"), cancellation),
            await File.ReadAllTextAsync(Combine("external.jsonl"), cancellation));
    }

    private static bool IsOfTheProgram(string file) =>
        Path.GetFileName(file).Contains("Sharp", StringComparison.Ordinal); // LibTorchSharp and SkiaSharp.

    private static void CopyInto(string folder, IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    private async Task RefusedAsync(string beginning, string? libtorch)
    {
        RetraceProcess refused = await RunAsync(libtorch, Score("none.jsonl"));
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.StartsWith($"retrace: {beginning}", refused.Error);
    }

    private Task<RetraceProcess> RunAsync(string? libtorch, params string[] arguments) =>
        RetraceProcess.RunAsync(_program, (LibTorch.FolderVariable, libtorch), arguments);

    private string[] Score(string output) =>
    [
        "score", "--model", Combine("model"), "--input", Combine("prompts.jsonl"), "--output", Combine(output),
    ];

    private string Combine(string name) => Path.Combine(_folder, name);
}
