using Retrace.Data.Inspection;
using Retrace.Data.Tests.Benchmarks;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests.Inspection;

public sealed class InspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Repeated_and_similar_images_and_problems_are_told_apart()
    {
        EmbeddedImage bars = Stripes("bars", 70, 70, horizontal: false);
        EmbeddedImage larger = Stripes("larger", 105, 105, horizontal: false);
        EmbeddedImage rows = Stripes("rows", 70, 70, horizontal: true);
        EmbeddedImage wide = Stripes("wide", 140, 70, horizontal: false);
        IReadOnlyList<ProblemFingerprint> problems = Fingerprints(
            new Problem("a", "How many bars?", [bars]),
            new Problem("b", "How  many\nBARS?", [larger]),
            new Problem("c", "How wide?", [bars]),
            new Problem("d", "How many rows?", [rows]),
            new Problem("e", "Text", []),
            new Problem("f", "text ", []),
            new Problem("g", "How many bars?", [wide]));

        var within = Overlap.Within(problems);
        Assert.Equal([("c", "a")], within.SameImage);
        Assert.Equal([("b", "a")], within.SimilarImage);
        Assert.Equal([("b", "a"), ("f", "e")], within.SameProblem);

        IReadOnlyList<ProblemFingerprint> others = Fingerprints(
            new Problem("x", "Unlike", [rows]), new Problem("y", "How many rows?", [rows]), new Problem("z", "text", []));
        var between = Overlap.Between(problems, others);
        Assert.Equal([("d", "x")], between.SameImage);
        Assert.Empty(between.SimilarImage);
        Assert.Equal([("d", "y"), ("e", "z"), ("f", "z")], between.SameProblem);
    }

    [Fact]
    public void A_broken_image_is_named()
    {
        (IReadOnlyList<ProblemFingerprint> whole, IReadOnlyList<SkippedProblem> broken) = ProblemFingerprint.Of(
            [
                new Problem("good", "?", [new EmbeddedImage("i", TinyImages.Png)]),
                new Problem("bad", "?", [new EmbeddedImage("j", TinyImages.Jpeg)]),
            ],
            TestContext.Current.CancellationToken);
        Assert.Equal(("image/png", 1, 1), Assert.Single(whole).Images.Select(image =>
            (image.MediaType, image.Width, image.Height)).Single());
        Assert.Equal("bad", Assert.Single(broken).Id);
    }

    [Fact]
    public async Task Schemas_are_told_of_every_format()
    {
        string parquet = _folder.Combine("p.parquet");
        await PublishedParquet.WriteAsync(
            parquet,
            rowGroup: 2,
            Enumerable.Range(0, 5).Select(_ => new MathVistaRow { metadata = new MathVistaMetadata { skills = [] } }));
        DataSchema columns = DataSchema.Of(parquet);
        Assert.Equal("5 rows in 3 row groups", columns.Size);
        Assert.Contains(("pid", "text"), columns.Fields);
        Assert.Contains(("decoded_image", "{bytes, path}"), columns.Fields);
        Assert.Contains(("choices", "list of text"), columns.Fields);
        Assert.Contains(("precision", "double"), columns.Fields);

        DataSchema lines = DataSchema.Of(_folder.Write("l.jsonl", """
            {"question": "a", "answer": 1, "flag": true}
            {"question": "b", "answer": "2"}
            """));
        Assert.Equal("2 lines", lines.Size);
        Assert.Equal(
            [("question", "text"), ("answer", "number or text"), ("flag", "boolean, in 1")], lines.Fields);
        Assert.Equal(["question", "answer"], lines.Fields.Select(field => field.Name).Where(DataSchema.IsRead));
        Assert.False(DataSchema.IsRead("image_path"));

        DataSchema records = DataSchema.Of(_folder.Write("d.json", """{"k": {"image": null}}"""));
        Assert.Equal(("1 records", ("image", "null")), (records.Size, Assert.Single(records.Fields)));
    }

    [Fact]
    public void Spreads_are_of_the_sorted_sizes()
    {
        Assert.Equal(new Spread(1, 10, 19, 20), Spread.Of(Enumerable.Range(1, 20).Reverse().Select(size => (long)size)));
        Assert.Equal(new Spread(7, 7, 7, 7), Spread.Of([7]));
    }

    [Fact]
    public void A_contact_sheet_holds_up_to_48_images_in_rows_of_eight()
    {
        string path = _folder.Combine("sheet.png");
        Problem[] problems =
        [
            .. Enumerable.Range(0, 100).Select(i => new Problem(
                $"a-long-name-of-a-problem-{i}", "?", [Stripes($"{i}", 300, 100, horizontal: i % 2 == 0)])),
            new Problem("text", "?", []),
        ];
        Assert.Equal(48, ContactSheet.Write(problems, path));
        PixelImage sheet = ImageDecoder.Decode(File.ReadAllBytes(path), path);
        Assert.Equal((8 + 8 * 188, 8 + 6 * 210), (sheet.Width, sheet.Height));

        Assert.Equal(3, ContactSheet.Write(problems[..3], path));
        Assert.Equal(8 + 3 * 188, ImageDecoder.Decode(File.ReadAllBytes(path), path).Width);
        Assert.EndsWith(
            "no problem has an image to show",
            Assert.Throws<BadInputException>(() => ContactSheet.Write(problems[100..], path)).Message);
    }

    private static IReadOnlyList<ProblemFingerprint> Fingerprints(params Problem[] problems) =>
        ProblemFingerprint.Of(problems, TestContext.Current.CancellationToken).Whole;

    // Three dark bands.
    private static EmbeddedImage Stripes(string name, int width, int height, bool horizontal)
    {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++)
        {
            int band = horizontal ? 7 * (i / width) / height : 7 * (i % width) / width;
            rgb.AsSpan(3 * i, 3).Fill(band % 2 == 1 ? (byte)20 : (byte)240);
        }
        return new EmbeddedImage(name, ImageDecoder.EncodePng(new PixelImage(width, height, rgb)));
    }
}
