using System.IO.Compression;
using System.Xml.Linq;

namespace Retrace.Packages.Tests;

/// <summary>What is in the packages, apart from what they do.</summary>
public sealed class PackageTests(LocalFeed feed)
{
    [Fact]
    public void Every_library_says_what_it_is_and_brings_its_documentation_and_symbols()
    {
        string[] libraries =
        [
            .. Directory.GetFiles(feed.Packages, "*.nupkg")
                .Where(path => !Path.GetFileName(path).StartsWith("Retrace.Cli.", StringComparison.Ordinal)),
        ];
        Assert.True(libraries.Length > 10);
        Assert.All(libraries, path =>
        {
            using ZipArchive package = ZipFile.OpenRead(path);
            using Stream specification = package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            XElement said = XDocument.Load(specification).Descendants().Single(element => element.Name.LocalName == "metadata");
            string id = Said("id");
            Assert.InRange(Said("description").Length, 30, 300);
            Assert.Equal(("README.md", "icon.png", "Apache-2.0"), (Said("readme"), Said("icon"), Said("license")));
            string[] files = [.. package.Entries.Select(entry => entry.FullName)];
            Assert.All(["README.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], file => Assert.Contains(file, files));
            Assert.True(File.Exists(Path.ChangeExtension(path, ".snupkg")), $"{id} has no symbols.");

            string Said(string name) => said.Elements().Single(element => element.Name.LocalName == name).Value;
        });
    }

    // Whatever the machine that builds is.
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("win-x64")]
    [InlineData("osx-arm64")]
    public async Task Libtorch_is_that_of_the_system_a_program_is_built_for(string runtime) => Assert.Equal(
        $"libtorch-cpu-{runtime}", await feed.PropertyOfSampleAsync("Generate", "LibTorchPackage", $"-p:RuntimeIdentifier={runtime}"));

    [Fact]
    public async Task A_program_can_bring_no_libtorch() =>
        Assert.Equal("", await feed.PropertyOfSampleAsync("Generate", "LibTorchPackage", "-p:Torch=external"));
}
