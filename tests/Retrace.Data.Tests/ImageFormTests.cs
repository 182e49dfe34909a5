using Parquet.Serialization;
using Retrace.Data.Formats;
using Retrace.Data.Parquet;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

/// <summary>Images as Parquet files have them besides the structs of bytes and path that are published.</summary>
public sealed class ImageFormTests : IDisposable
{
    private static readonly string Base64 = Convert.ToBase64String(TinyImages.Png);

    private readonly TemporaryFolder _folder = new();

    public ImageFormTests() => _folder.Write("data/shots/one.png", TinyImages.Png);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_column_of_text_holds_paths_data_URLs_base64_and_nothing()
    {
        ProblemSet problems = await Read(
            new TextRow { image = "shots/one.png" },
            new TextRow { image = "file://shots/one.png" },
            new TextRow { image = $"data:image/png;base64,{Base64}" },
            new TextRow { image = Base64 },
            new TextRow());
        Assert.Empty(problems.Skipped);
        Assert.All(problems.Problems.Take(4), problem =>
            Assert.Equal(TinyImages.Png, Assert.Single(problem.Images).ReadBytes()));
        Assert.Equal(["3, image 1", "4, image 1"], problems.Problems.Skip(2).Take(2).Select(problem => problem.Images[0].Name));
        Assert.Empty(problems.Problems[4].Images);
    }

    [Theory]
    [InlineData("", "its image path \"\" is no path")]
    [InlineData("shots/gone.png", "its image shots/gone.png does not exist")]
    [InlineData("../secret.png", "its image path ../secret.png leads out of the data file's folder, which data.allow_outside_images would allow")]
    [InlineData("https://example.org/a.png", "its image https://example.org/a.png is a URL, and nothing is fetched from anywhere")]
    [InlineData("data:image/png;base64,!!!", "its image is a data URL that holds no base64")]
    [InlineData("file:///etc/hostname", "its image path file:///etc/hostname leads out of the data file's folder, which data.allow_outside_images would allow")]
    public async Task A_text_that_leads_to_no_image_is_named_as_in_JSON(string reference, string reason)
    {
        _folder.Write("secret.png", TinyImages.Png);
        ProblemSet parquet = await Read(new TextRow { image = reference });
        Assert.Equal(new SkippedProblem("1", reason), Assert.Single(parquet.Skipped));
        string json = _folder.Write("data/a.jsonl", $$"""{"question": "q", "image": "{{reference}}"}""");
        Assert.Equal(new SkippedProblem("1", reason), Assert.Single(ProblemSources.Open(json).Read().Skipped));
    }

    [Fact]
    public async Task A_column_of_bytes_holds_image_files()
    {
        ProblemSet problems = await Read(
            new BytesRow { image = TinyImages.Png }, new BytesRow { image = TinyImages.Jpeg }, new BytesRow());
        Assert.Equal(
            [TinyImages.Png, TinyImages.Jpeg], problems.Problems.Take(2).Select(problem => problem.Images[0].ReadBytes()));
        Assert.Empty(problems.Problems[2].Images);
    }

    [Fact]
    public async Task Lists_of_texts_and_of_bytes_are_read_in_their_order()
    {
        ProblemSet texts = await Read(
            new TextsRow { problem = "<image>a <image>", images = ["shots/one.png", Base64] },
            new TextsRow { images = [] },
            new TextsRow { images = ["shots/one.png", null!] });
        Assert.Equal([2, 0], texts.Problems.Select(problem => problem.Images.Count));
        Assert.All(texts.Problems[0].Images, image => Assert.Equal(TinyImages.Png, image.ReadBytes()));
        Assert.Equal(new SkippedProblem("3", "its image 2 has neither bytes nor a path"), Assert.Single(texts.Skipped));

        ProblemSet bytes = await Read(new BytesListRow { images = [TinyImages.Jpeg, TinyImages.Png] });
        Assert.Equal(
            [TinyImages.Jpeg, TinyImages.Png], Assert.Single(bytes.Problems).Images.Select(image => image.ReadBytes()));
    }

    [Fact]
    public async Task A_struct_may_have_bytes_alone_a_path_alone_or_verls_image()
    {
        Assert.Equal(TinyImages.Png, await OnlyImage(new StructRow<OnlyBytes> { images = [new() { bytes = TinyImages.Png }] }));
        Assert.Equal(TinyImages.Png, await OnlyImage(new StructRow<OnlyPath> { images = [new() { path = "shots/one.png" }] }));
        Assert.Equal(
            TinyImages.Png,
            await OnlyImage(new StructRow<OnlyPath> { images = [new() { path = $"data:image/png;base64,{Base64}" }] }));
        Assert.Equal(
            TinyImages.Png, await OnlyImage(new StructRow<VerlImage> { images = [new() { image = "shots/one.png" }] }));
    }

    [Fact]
    public void JSON_takes_the_same_objects()
    {
        string path = _folder.Write("data/objects.jsonl", $$$"""
            {"question": "a", "images": [{"bytes": "{{{Base64}}}", "path": "a.png"}, {"bytes": null, "path": "shots/one.png"}]}
            {"question": "b", "image": {"image": "shots/one.png"}}
            {"question": "c", "image": {"height": 3}}
            """);
        ProblemSet problems = ProblemSources.Open(path).Read();
        Assert.Equal([2, 1], problems.Problems.Select(problem => problem.Images.Count));
        Assert.All(
            problems.Problems.SelectMany(problem => problem.Images),
            image => Assert.Equal(TinyImages.Png, image.ReadBytes()));
        Assert.Equal(
            new SkippedProblem("3", "its field \"image\" holds no path and no base64"), Assert.Single(problems.Skipped));
    }

    [Fact]
    public async Task A_column_of_another_type_is_named()
    {
        ProblemSet problems = await Read(new NumberRow { image = 7 });
        Assert.Equal(
            new SkippedProblem("1", "its column \"image\" holds int64, and no paths, base64 or bytes of images"),
            Assert.Single(problems.Skipped));
    }

    [Fact]
    public async Task Paths_start_in_the_folder_of_images_where_one_is_named()
    {
        _folder.Write("pictures/a.png", TinyImages.Jpeg);
        string parquet = await Write(
            new TextRow { image = "a.png" }, new TextRow { image = "../secret.png" }, new TextRow { image = Base64 });
        string json = _folder.Write("data/b.jsonl", $$"""
            {"question": "q", "image": "a.png"}
            {"question": "q", "image": "../secret.png"}
            {"question": "q", "image": "{{Base64}}"}
            """);
        foreach (string path in (string[])[parquet, json])
        {
            ProblemSet problems = ProblemSources.Open(path, imageFolder: _folder.Combine("pictures")).Read();
            Assert.Equal(
                [TinyImages.Jpeg, TinyImages.Png], problems.Problems.Select(problem => problem.Images[0].ReadBytes()));
            Assert.Equal(
                "its image path ../secret.png leads out of data.image_dir, which data.allow_outside_images would allow",
                Assert.Single(problems.Skipped).Reason);
            Assert.StartsWith(
                "data.image_dir: there is no folder ",
                Assert.Throws<BadInputException>(() => ProblemSources.Open(path, imageFolder: "nowhere").Read()).Message);
        }
    }

    private async Task<byte[]> OnlyImage<T>(T row)
        where T : class, new() =>
        Assert.Single(Assert.Single((await Read(row)).Problems).Images).ReadBytes();

    private async Task<ProblemSet> Read<T>(params T[] rows)
        where T : class, new() =>
        new ParquetSource([await Write(rows)], new RowGroupCache(1 << 20)).Read();

    private async Task<string> Write<T>(params T[] rows)
        where T : class, new()
    {
        string path = _folder.Combine("data/problems.parquet");
        await using FileStream stream = File.Create(path);
        await ParquetSerializer.SerializeAsync(rows, stream);
        return path;
    }

    // Property names are column names.
    private sealed class TextRow
    {
        public string problem { get; set; } = "q";

        public string? image { get; set; }
    }

    private sealed class BytesRow
    {
        public string problem { get; set; } = "q";

        public byte[]? image { get; set; }
    }

    private sealed class TextsRow
    {
        public string problem { get; set; } = "q";

        public List<string>? images { get; set; }
    }

    private sealed class BytesListRow
    {
        public string problem { get; set; } = "q";

        public List<byte[]>? images { get; set; }
    }

    private sealed class NumberRow
    {
        public string problem { get; set; } = "q";

        public long image { get; set; }
    }

    private sealed class StructRow<T>
    {
        public string problem { get; set; } = "q";

        public List<T>? images { get; set; }
    }

    private sealed class OnlyBytes
    {
        public byte[]? bytes { get; set; }
    }

    private sealed class OnlyPath
    {
        public string? path { get; set; }
    }

    private sealed class VerlImage
    {
        public string? image { get; set; }
    }
}
