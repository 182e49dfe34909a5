using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Fuzz.Tests;

/// <summary>Where the image paths of a data file may lead.</summary>
public sealed class ImagePathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImagePathTests()
    {
        byte[] picture = ImageDecoder.EncodePng(new PixelImage(1, 1, [1, 2, 3]));
        _folder.Write("outside.png", picture);
        _folder.Write("data/inside.png", picture);
        Link("data/link-out.png", "../outside.png");
        Link("data/link-in.png", "inside.png");
        Link("data/folder-out", "..");
        Link("data/circle.png", "circle.png");
        Link("data/passwd.png", "/etc/passwd");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inside.png", null)]
    [InlineData("link-in.png", null)]
    [InlineData("../data/inside.png", null)]
    [InlineData("../outside.png", "leads out")]
    [InlineData("link-out.png", "leads out")]
    [InlineData("folder-out/outside.png", "leads out")]
    [InlineData("folder-out/data/inside.png", null)]
    [InlineData("passwd.png", "leads out")]
    [InlineData("circle.png", "leads out")]
    [InlineData("/etc/passwd", "leads out")]
    [InlineData("/no/such/file", "leads out")]
    [InlineData("file:///etc/passwd", "leads out")]
    [InlineData("http://127.0.0.1:1/x.png", "is a URL")]
    [InlineData("missing.png", "does not exist")]
    public void Paths_and_links_stay_below_the_folder(string path, string? reason)
    {
        SkippedProblem? skipped = Read(path, allowOutside: false).Skipped.SingleOrDefault();
        Assert.Equal(reason is null, skipped is null);
        Assert.Contains(reason ?? "", skipped?.Reason ?? "");
    }

    [Theory]
    [InlineData("../outside.png")]
    [InlineData("link-out.png")]
    [InlineData("folder-out/outside.png")]
    public void They_may_lead_out_where_that_is_allowed(string path) =>
        Assert.Single(Assert.Single(Read(path, allowOutside: true).Problems).Images[0].ReadBytes().Take(1));

    private ProblemSet Read(string image, bool allowOutside) => ProblemSources.Open(
        _folder.Write("data/problems.jsonl", $$"""{"question":"q","image":"{{image}}"}"""), allowOutside).Read();

    private void Link(string name, string target) => File.CreateSymbolicLink(_folder.Combine(name), target);
}
