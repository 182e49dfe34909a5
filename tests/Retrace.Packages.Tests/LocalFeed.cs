using Retrace.Testing;

[assembly: AssemblyFixture(typeof(Retrace.Packages.Tests.LocalFeed))]

namespace Retrace.Packages.Tests;

/// <summary>All packages in a feed of their own, and the samples built against them.</summary>
public sealed class LocalFeed : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder of the whole project, which is built and packed.</summary>
    public static string Repository => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Shipped.Model)!, ".."));

    /// <summary>The folder of the packages.</summary>
    public string Packages => _folder.Combine("feed");

    private static string Samples => Path.Combine(Repository, "samples");

    // The feed, and where samples and their packages are put.
    private string[] Places => [$"-p:RetraceFeed={Packages}", $"-p:ArtifactsPath={_folder.Combine("samples")}"];

    // "debug" or "release", as these tests are built: then so is what they pack.
    private static string Configuration =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)) == "release" ? "Release" : "Debug";

    public async ValueTask InitializeAsync()
    {
        await Command.RunAsync(
            Repository,
            "dotnet",
            "msbuild", "eng/Packages.proj", "-nologo", "-v:q", "-m", $"-p:Configuration={Configuration}", "-p:NoBuild=true",
            $"-p:Feed={Packages}");
        await Command.RunAsync(Samples, "dotnet", ["build", "Samples.slnx", "-v:q", .. Places]);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The value that a property of MSBuild has where a sample is built with these arguments.</summary>
    public async Task<string> PropertyOfSampleAsync(string sample, string property, params string[] arguments)
    {
        string value = await Command.RunAsync(
            Samples,
            "dotnet",
            ["msbuild", Path.Combine(sample, $"{sample}.csproj"), .. Places, .. arguments, $"-getProperty:{property}"]);
        return value.Trim();
    }

    /// <summary>The program of a sample.</summary>
    public string Sample(string name) => Path.Combine(_folder.Combine("samples"), "bin", name, "debug", $"{name}.dll");
}
