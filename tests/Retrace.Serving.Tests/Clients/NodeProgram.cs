using System.ComponentModel;
using System.Diagnostics;
using Retrace.Testing;

namespace Retrace.Serving.Tests.Clients;

/// <summary>Programs for Node.js, with packages that npm fetches into a folder that goes away.</summary>
internal sealed class NodeProgram : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Fetches a package by its name. Where Node.js is missing the test is skipped, on the CI it fails.</summary>
    public async Task InstallAsync(string package)
    {
        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        try
        {
            await RunAsync(npm, ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", _folder.Path, package], "");
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("CI") is null)
        {
            Assert.Skip("npm is missing.");
        }
    }

    /// <summary>Runs a program, which sees the package.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using CancellationTokenRegistration killing = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}:\n{await error}\n{await output}");
        return await output;
    }

    /// <summary>Copies a program of this project into the folder, where it finds the package.</summary>
    public string Copy(string name)
    {
        string path = _folder.Combine(Path.GetFileName(name));
        File.Copy(Path.Combine(AppContext.BaseDirectory, name), path);
        return path;
    }
}
