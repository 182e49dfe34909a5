using System.Text.Json;
using Retrace.Data.Benchmarks;
using Retrace.Data.Formats;
using Retrace.Data.Published;
using Retrace.Data.Tests.Benchmarks;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests.Published;

public sealed class FetchedSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_whole_set_is_counted()
    {
        WriteLogicVista(448);
        FetchedSet fetched = FetchedSet.Check(FetchedSet.Named("logicvista"), _folder.Path);
        Assert.Equal((448, 448), (fetched.Problems, fetched.Labels));
        Assert.Equal([_folder.Combine("data/dataset.json")], fetched.Files);
    }

    [Fact]
    public void What_is_missing_is_one_sentence()
    {
        PublishedSet set = FetchedSet.Named("logicvista");
        AssertRefused($"{_folder.Combine("none")}: there is no such data file or folder", set, _folder.Combine("none"));
        AssertRefused(
            $"{_folder.Path}: no dataset.json of LogicVista lies in or below this folder; "
            + "retrace data get logicvista says what to fetch",
            set,
            _folder.Path);
        WriteLogicVista(3);
        AssertRefused($"{_folder.Path}: LogicVista has 448 records, but there are 3", set, _folder.Path);
        File.Delete(_folder.Combine("data/images/1.png"));
        AssertRefused(
            $"{_folder.Path}: 1 of 3 records cannot be used: v1_1, for one, because its image 1.png does not exist",
            set,
            _folder.Path);
    }

    [Fact]
    public async Task Missing_parts_are_counted()
    {
        await WriteEasyAsync("math/validation-00000-of-00001.parquet");
        AssertRefused(
            $"{_folder.Path}: MMMU, validation has 30 files validation-*.parquet, but there are 1; "
            + "retrace data get mmmu says what to fetch",
            FetchedSet.Named("mmmu"),
            _folder.Path);
    }

    [Fact]
    public void A_pointer_of_Git_LFS_is_recognised()
    {
        string file = _folder.Write(
            "data/test-00000-of-00001.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:ba9f\nsize 17\n");
        AssertRefused(
            $"{file} is a Git LFS pointer, not the data; fetch it with git lfs pull",
            FetchedSet.Named("mathvision"),
            _folder.Path);
    }

    [Fact]
    public async Task Training_sets_are_read_as_published()
    {
        await WriteEasyAsync("data/train-00000-of-00001.parquet");
        FetchedSet fetched = FetchedSet.Check(FetchedSet.Named("mmr1"), _folder.Path);
        Assert.Equal((2, 2), (fetched.Problems, fetched.Labels));
        AssertRefused(
            $"{_folder.Path}: Geometry3K, train has 2101 records, but there are 2",
            FetchedSet.Named("geometry3k"),
            _folder.Path);
    }

    [Fact]
    public async Task Parts_of_a_training_set_are_numbered_on_and_must_be_complete()
    {
        await WriteEasyAsync("data/train-00000-of-00002.parquet");
        Assert.Equal(
            $"{_folder.Path}: train-00000-of-00002.parquet is one of 2 parts, but there are 1 train*.parquet",
            Assert.Throws<BadInputException>(() => ProblemSources.Open(_folder.Path)).Message);
        await WriteEasyAsync("data/train-00001-of-00002.parquet");
        Assert.Equal(
            ["1", "2", "3", "4"], ProblemSources.Open(_folder.Path).Read().Problems.Select(problem => problem.Id));
        Directory.Delete(_folder.Combine("data"), recursive: true);
        Assert.Equal(
            $"{_folder.Path}: no train*.parquet lies in or below this folder; name a file instead",
            Assert.Throws<BadInputException>(() => ProblemSources.Open(_folder.Path)).Message);
    }

    [Fact]
    public void Every_set_has_a_name_of_its_own_and_an_unknown_one_is_refused()
    {
        Assert.Equal(10, FetchedSet.Known.Select(set => set.Name).Distinct().Count());
        Assert.StartsWith(
            "There is no data set \"imagenet\"; known are geometry3k, geoqa, mmr1, mathvision, ",
            Assert.Throws<BadInputException>(() => FetchedSet.Named("imagenet")).Message);
        Assert.StartsWith(
            "There is no benchmark \"geoqa\"; known are mathvision, mathvista, mathverse, we-math, logicvista, ",
            Assert.Throws<BadInputException>(() => BenchmarkCatalogue.Named("geoqa")).Message);
    }

    [Fact]
    public void A_file_of_another_format_is_refused() => Assert.EndsWith(
        "a.csv: LogicVista is read from .parquet, .json and .jsonl files",
        Assert.Throws<BadInputException>(() =>
            BenchmarkCatalogue.Named("logicvista").Read(_folder.Write("a.csv", ""))).Message);

    [Theory]
    [InlineData("[1]", "dataset.json, record 1: expected a JSON object")]
    [InlineData("3", "dataset.json: expected a JSON list of records, or an object of them")]
    [InlineData("{", "dataset.json: not valid JSON: ")]
    public void Other_documents_are_refused(string text, string sentence) => Assert.Contains(
        sentence,
        Assert.Throws<BadInputException>(() =>
            BenchmarkCatalogue.Named("logicvista").Read(_folder.Write("dataset.json", text))).Message);

    [Fact]
    public void A_record_that_was_published_empty_is_named_and_refuses_nothing()
    {
        WriteLogicVista(records: 448, empty: 382);
        FetchedSet fetched = FetchedSet.Check(FetchedSet.Named("logicvista"), _folder.Path);
        Assert.Equal((447, 447), (fetched.Problems, fetched.Labels));
        Assert.Equal(
            [new SkippedProblem("v1_382", "its field \"question\" is empty") { IsEmpty = true }], fetched.Empty);

        WriteLogicVista(records: 447, empty: 382);
        AssertRefused(
            $"{_folder.Path}: LogicVista has 448 records, but there are 447", FetchedSet.Named("logicvista"), _folder.Path);
    }

    private static void AssertRefused(string sentence, PublishedSet set, string path) =>
        Assert.Equal(sentence, Assert.Throws<BadInputException>(() => FetchedSet.Check(set, path)).Message);

    private void WriteLogicVista(int records, int? empty = null)
    {
        foreach (int i in Enumerable.Range(0, 3))
        {
            _folder.Write($"data/images/{i}.png", TinyImages.Png);
        }
        _folder.Write("data/dataset.json", JsonSerializer.Serialize(Enumerable.Range(0, records).ToDictionary(
            i => $"v1_{i}",
            i => new
            {
                imagename = $"{i % 3}.png",
                question = i == empty ? "" : "Which?",
                answer = i == empty ? "" : "A",
                skill = (string[])["spatial"],
            })));
    }

    private Task WriteEasyAsync(string name) => PublishedParquet.WriteAsync(
        _folder.Combine(name),
        null,
        new EasyRow { problem = "<image>x?", answer = "1", images = [new StoredImage { bytes = TinyImages.Png }] },
        new EasyRow { problem = "<image>y?", answer = "2", images = [new StoredImage { bytes = TinyImages.Png }] });
}
