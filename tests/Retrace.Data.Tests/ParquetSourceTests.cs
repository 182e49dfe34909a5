using Parquet;
using Parquet.Serialization;
using Retrace.Data.Parquet;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

public sealed class ParquetSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_layout_of_verl_is_read()
    {
        ProblemSet problems = await WriteAndRead(
            new VerlRow
            {
                prompt =
                [
                    new Message { role = "system", content = "Be brief." },
                    new Message { role = "user", content = "<image><image>Find x." },
                ],
                images = [new Image { bytes = TinyImages.Png, path = "p.png" }, new Image { bytes = TinyImages.Jpeg }],
                reward_model = new RewardModel { style = "rule", ground_truth = "12" },
                extra = 3.5m,
            },
            new VerlRow
            {
                prompt = [new Message { role = "user", content = "Text only." }],
                images = [],
            },
            new VerlRow { prompt = [], images = null },
            new VerlRow
            {
                prompt = [new Message { role = "user", content = "q" }],
                images = [new Image()],
            });

        Assert.Equal(["Find x.", "Text only."], problems.Problems.Select(problem => problem.Question));
        Assert.Equal(["1", "2"], problems.Problems.Select(problem => problem.Id));
        Assert.Equal(
            [TinyImages.Png, TinyImages.Jpeg], problems.Problems[0].Images.Select(image => image.ReadBytes()));
        Assert.Equal(["p.png", "1, image 2"], problems.Problems[0].Images.Select(image => image.Name));
        Assert.Equal("12", Assert.Single(problems.Answers).Value);
        Assert.Equal(
            [
                new SkippedProblem("3", "it has no question"),
                new SkippedProblem("4", "its image 1 has neither bytes nor a path"),
            ],
            problems.Skipped);
    }

    [Fact]
    public async Task The_layout_of_EasyR1_is_read()
    {
        _folder.Write("shots/one.png", TinyImages.Png);
        ProblemSet problems = await WriteAndRead(
            new EasyR1Row
            {
                problem = "<image>Find y.",
                answer = "5",
                images = [new Image { path = "shots/one.png" }],
            },
            new EasyR1Row { problem = "q", images = [new Image { path = "../outside.png" }] });

        Assert.Equal(TinyImages.Png, Assert.Single(Assert.Single(problems.Problems).Images).ReadBytes());
        Assert.Equal("5", problems.Answers["1"]);
        Assert.Contains("leads out", Assert.Single(problems.Skipped).Reason);
    }

    [Fact]
    public async Task The_layout_of_GeoQA_is_read()
    {
        ProblemSet problems = await WriteAndRead(
            new GeoQaRow
            {
                image = new Image { bytes = TinyImages.Png },
                problem = "Angle?",
                solution = "<answer> 145° </answer>",
                id = 7,
            },
            new GeoQaRow { problem = "No image", id = 8 });

        Assert.Equal(["7", "8"], problems.Problems.Select(problem => problem.Id));
        Assert.Single(problems.Problems[0].Images);
        Assert.Empty(problems.Problems[1].Images);
        Assert.Equal("145°", Assert.Single(problems.Answers).Value);
    }

    [Fact]
    public async Task Rows_of_later_row_groups_are_numbered_on()
    {
        string path = _folder.Combine("many.parquet");
        await using (FileStream stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(
                Enumerable.Range(1, 10).Select(i => new EasyR1Row { problem = $"q{i}", answer = $"{i}" }),
                stream,
                new ParquetOptions { RowGroupSize = 4 },
                cancellationToken: TestContext.Current.CancellationToken);
        }
        ProblemSet problems = new ParquetSource(path).Read();
        Assert.Equal(Enumerable.Range(1, 10).Select(i => ($"{i}", $"q{i}", $"{i}")), problems.Problems.Select(
            problem => (problem.Id, problem.Question, problems.Answers[problem.Id])));
    }

    [Fact]
    public async Task A_file_without_questions_is_refused_by_its_columns()
    {
        BadInputException error = await Assert.ThrowsAsync<BadInputException>(
            () => WriteAndRead(new RewardModel { style = "a", ground_truth = "b" }));
        Assert.EndsWith("expected a column problem, question or prompt, but found style, ground_truth", error.Message);
    }

    [Fact]
    public async Task A_row_with_a_video_is_skipped_and_one_with_an_empty_list_of_them_is_not()
    {
        ProblemSet problems = await WriteAndRead(
            new VideoRow { problem = "None.", videos = [] },
            new VideoRow { problem = "Nothing." },
            new VideoRow { problem = "Moving.", videos = ["a.mp4"] });

        Assert.Equal(["None.", "Nothing."], problems.Problems.Select(problem => problem.Question));
        Assert.Equal(
            [new SkippedProblem("3", "it has a video in its field \"videos\", and videos are not read")], problems.Skipped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-20)]
    public void A_damaged_file_is_one_sentence(int keep)
    {
        string path = _folder.Combine("damaged.parquet");
        ParquetProblemWriter.Write(
            new ProblemSet([new Problem("a", "q", [])], new Dictionary<string, string>(), []), path);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(keep < 0 ? bytes.Length + keep : keep)]);

        BadInputException error = Assert.Throws<BadInputException>(() => new ParquetSource(path).Read());
        Assert.StartsWith($"{path}: the Parquet data cannot be read: ", error.Message);
    }

    [Fact]
    public void Any_flipped_byte_gives_a_result_or_one_sentence()
    {
        string path = _folder.Combine("flipped.parquet");
        ParquetProblemWriter.Write(
            new ProblemSet(
                [new Problem("a", "q", [new EmbeddedImage("i", TinyImages.Png)])],
                new Dictionary<string, string> { ["a"] = "1" },
                []),
            path);
        byte[] original = File.ReadAllBytes(path);
        int refused = 0;
        for (int i = 0; i < original.Length; i += 7)
        {
            byte[] bytes = [.. original];
            bytes[i] ^= 0x55;
            File.WriteAllBytes(path, bytes);
            try
            {
                new ParquetSource(path).Read();
            }
            catch (BadInputException)
            {
                refused++;
            }
        }
        Assert.NotEqual(0, refused);
    }

    private async Task<ProblemSet> WriteAndRead<T>(params T[] rows)
        where T : class, new()
    {
        string path = _folder.Combine("problems.parquet");
        await using (FileStream stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(rows, stream);
        }
        return new ParquetSource(path).Read();
    }

    // Property names are column names, as those projects spell them.
    private sealed class VerlRow
    {
        public List<Message>? prompt { get; set; }

        public List<Image>? images { get; set; }

        public RewardModel? reward_model { get; set; }

        public decimal extra { get; set; }
    }

    private sealed class EasyR1Row
    {
        public List<Image>? images { get; set; }

        public string? problem { get; set; }

        public string? answer { get; set; }
    }

    private sealed class VideoRow
    {
        public List<string>? videos { get; set; }

        public string? problem { get; set; }
    }

    private sealed class GeoQaRow
    {
        public Image? image { get; set; }

        public string? problem { get; set; }

        public string? solution { get; set; }

        public long id { get; set; }
    }

    private sealed class Image
    {
        public byte[]? bytes { get; set; }

        public string? path { get; set; }
    }

    private sealed class Message
    {
        public string? role { get; set; }

        public string? content { get; set; }
    }

    private sealed class RewardModel
    {
        public string? style { get; set; }

        public string? ground_truth { get; set; }
    }
}
