using Parquet.Serialization;
using Retrace.Data.Formats;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

/// <summary>Labels that are no plain text, the same in every format.</summary>
public sealed class LabelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"7\"", "7")]
    [InlineData("7", "7")]
    [InlineData("3.50", "3.50")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("[\"7\"]", "7")]
    [InlineData("[[7]]", "7")]
    [InlineData("[true]", "true")]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    [InlineData("\" \"", null)]
    public void A_value_alone_or_in_a_list_of_one_is_the_label(string json, string? label)
    {
        ProblemSet problems = ReadJson(json);
        Assert.Equal(label, problems.Answers.GetValueOrDefault("1"));
        Assert.Empty(problems.UnusedAnswers);
    }

    [Theory]
    [InlineData("[\"7\", \"8\"]", "its answer is a list, not used")]
    [InlineData("{\"value\": 3}", "its answer is an object, not used")]
    [InlineData("[{\"value\": 3}]", "its answer is an object, not used")]
    public void Anything_else_is_named_and_the_problem_kept(string json, string reason)
    {
        ProblemSet problems = ReadJson(json);
        Assert.Equal("1", Assert.Single(problems.Problems).Id);
        Assert.Empty(problems.Answers);
        Assert.Equal(new SkippedProblem("1", reason), Assert.Single(problems.UnusedAnswers));
    }

    [Fact]
    public async Task Parquet_has_the_same_labels()
    {
        ProblemSet lists = await ReadParquet(
            new Row<List<string>> { answer = ["7"] },
            new Row<List<string>> { answer = ["7", "8"] },
            new Row<List<string>> { answer = [] },
            new Row<List<string>>());
        Assert.Equal([KeyValuePair.Create("1", "7")], lists.Answers);
        Assert.Equal([new SkippedProblem("2", "its answer is a list, not used")], lists.UnusedAnswers);
        Assert.Equal(4, lists.Problems.Count);

        Assert.Equal(
            ["true", "false"], (await ReadParquet(new Row<bool> { answer = true }, new Row<bool>())).Answers.Values);
        Assert.Equal(["3.5"], (await ReadParquet(new Row<double?> { answer = 3.5 }, new Row<double?>())).Answers.Values);
        Assert.Equal(["-2"], (await ReadParquet(new Row<short> { answer = -2 })).Answers.Values);
        Assert.Equal(["0.25"], (await ReadParquet(new Row<decimal> { answer = 0.25m })).Answers.Values.Select(Trimmed));

        ProblemSet objects = await ReadParquet(new Row<Value> { answer = new Value { value = "3" } }, new Row<Value>());
        Assert.Empty(objects.Answers);
        Assert.Equal([new SkippedProblem("1", "its answer is an object, not used")], objects.UnusedAnswers);
    }

    [Fact]
    public async Task What_pandas_writes_for_no_number_is_no_label()
    {
        ProblemSet problems = await ReadParquet(new Row<double> { answer = double.NaN }, new Row<double> { answer = 2 });
        Assert.Equal([KeyValuePair.Create("2", "2")], problems.Answers);
    }

    [Theory]
    [InlineData("""{"question": "q", "reward_model": {"style": "rule", "ground_truth": "12"}}""", "12")]
    [InlineData("""{"question": "q", "reward_model": {"ground_truth": ["12"]}}""", "12")]
    [InlineData("""{"question": "q", "solution": "So <answer> 5 </answer>."}""", "5")]
    [InlineData("""{"question": "q", "solution": "Hence \\boxed{\\frac12}."}""", "\\frac12")]
    [InlineData("""{"question": "q", "answer": ["1", "2"], "solution": "\\boxed{3}"}""", "3")]
    [InlineData("""{"prompt": [{"role": "user", "content": "q"}], "answer": "4"}""", "4")]
    public void JSON_has_answers_and_questions_where_Parquet_has_them(string line, string label)
    {
        ProblemSet problems = ProblemSources.Open(_folder.Write("a.jsonl", line)).Read();
        Assert.Equal("q", Assert.Single(problems.Problems).Question);
        Assert.Equal(label, problems.Answers["1"]);
        Assert.Empty(problems.UnusedAnswers);
    }

    private static string Trimmed(string number) => number.TrimEnd('0');

    private ProblemSet ReadJson(string answer) => ProblemSources.Open(
        _folder.Write("a.jsonl", $$"""{"question": "q", "answer": {{answer}}}""")).Read();

    private async Task<ProblemSet> ReadParquet<T>(params T[] rows)
        where T : class, new()
    {
        string path = _folder.Combine("a.parquet");
        await using (FileStream stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(rows, stream);
        }
        return ProblemSources.Open(path).Read();
    }

    // Property names are column names.
    private sealed class Row<T>
    {
        public string problem { get; set; } = "q";

        public T? answer { get; set; }
    }

    private sealed class Value
    {
        public string? value { get; set; }
    }
}
