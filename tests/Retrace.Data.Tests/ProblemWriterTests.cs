using CsCheck;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Data.Json;
using Retrace.Data.Parquet;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

public sealed class ProblemWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Char.Where(letter => !char.IsSurrogate(letter)).Array[0, 12]
            .Select(letters => "q" + new string(letters) + "😀"),
        Gen.Const("Find x.\nThen \"y\" \\ \r\n\tand <z>"));

    private static readonly Gen<ProblemSet> Sets = Gen
        .Select(Texts, Gen.Int[0, 3], Gen.Bool, Gen.Bool)
        .Array[0, 5]
        .Select(rows => new ProblemSet(
            rows.Select((row, index) => new Problem(
                $"id {index} é",
                row.Item1.Trim(),
                Enumerable.Range(0, row.Item2)
                    .Select(ProblemImage (i) => new EmbeddedImage($"{i}", TinyImages.Png))
                    .ToList(),
                row.Item3 ? "angle sum" : null)
            {
                Rephrased = row.Item4 ? "r" + row.Item1.Trim() : null,
            }).ToList(),
            rows.Index().Where(row => row.Item.Item4).ToDictionary(row => $"id {row.Index} é", row => $"{row.Index}"),
            []));

    [Fact]
    public void JSON_lines_read_back_as_written() =>
        AssertRoundTrip("problems.jsonl", JsonLinesWriter.Write);

    [Fact]
    public void Parquet_reads_back_as_written() =>
        AssertRoundTrip("problems.parquet", ParquetProblemWriter.Write);

    [Fact]
    public void Image_files_below_the_output_stay_paths_and_others_are_embedded()
    {
        string inside = _folder.Write("out/images/a.png", TinyImages.Png);
        string outside = _folder.Write("elsewhere/b.jpg", TinyImages.Jpeg);
        string path = _folder.Combine("out/problems.jsonl");
        JsonLinesWriter.Write(
            new ProblemSet([new Problem("1", "q", [new ImageFile(inside), new ImageFile(outside)])],
                new Dictionary<string, string>(), []),
            path);

        string jpeg = Convert.ToBase64String(TinyImages.Jpeg);
        Assert.Equal(
            $$"""{"id":"1","images":["images/a.png","data:image/jpeg;base64,{{jpeg}}"],"question":"q"}""" + "\n",
            File.ReadAllText(path));
        Assert.Equal(
            [TinyImages.Png, TinyImages.Jpeg],
            new JsonLinesSource(path).Read().Problems[0].Images.Select(image => image.ReadBytes()));
    }

    [Fact]
    public void A_failed_write_of_JSON_lines_leaves_the_old_file_and_no_debris() =>
        AssertUntouched("problems.jsonl", JsonLinesWriter.Write);

    [Fact]
    public void A_failed_write_of_Parquet_leaves_the_old_file_and_no_debris() =>
        AssertUntouched("problems.parquet", ParquetProblemWriter.Write);

    private void AssertUntouched(string name, Action<ProblemSet, string> write)
    {
        string path = _folder.Write(name, "old");
        ProblemSet broken = new(
            [new Problem("1", "q", [new ImageFile("/gone/image.png")])], new Dictionary<string, string>(), []);

        Assert.Throws<BadInputException>(() => write(broken, path));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    private void AssertRoundTrip(string name, Action<ProblemSet, string> write)
    {
        string path = _folder.Combine(name);
        Sets.Sample(
            expected =>
            {
                write(expected, path);
                ProblemSet actual = ProblemSources.Open(path).Read();
                Assert.Empty(actual.Skipped);
                Assert.Equal(expected.Answers, actual.Answers);
                Assert.Equal(expected.Problems.Select(Comparable), actual.Problems.Select(Comparable));
            },
            iter: 50,
            threads: 1);
    }

    private static (string, string, string?, string) Comparable(Problem problem) => (
        problem.Id,
        problem.Question,
        problem.Category,
        string.Join(",", problem.Images.Select(image => Convert.ToHexString(image.ReadBytes()))));
}
