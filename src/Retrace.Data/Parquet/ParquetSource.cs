using System.Globalization;
using System.Text.RegularExpressions;
using Retrace.Problems;

namespace Retrace.Data.Parquet;

/// <summary>
/// Problems as Parquet, in the layouts in which Geometry3K, GeoQA and MMR1 are published and that verl and EasyR1 use.
/// </summary>
/// <remarks>
/// Question: <c>problem</c>, <c>question</c>, or the last user message of <c>prompt</c> (a list of {role, content}).
/// Images: <c>images</c> (a list of {bytes, path}) or <c>image</c> ({bytes, path}). Answer: <c>answer</c>,
/// <c>reward_model.ground_truth</c>, or <c>solution</c>, of which the text inside &lt;answer&gt; counts. Besides them
/// <c>id</c> (otherwise the row's number, from 1) and <c>category</c>. Other columns are not read. Images stay in the
/// file until they are needed.
/// </remarks>
public sealed partial class ParquetSource : IProblemSource
{
    private readonly IReadOnlyList<string> _paths;
    private readonly RowGroupCache _cache;
    private readonly bool _allowOutsideImages;

    /// <param name="paths">The parts of the data set; rows are numbered on from one to the next.</param>
    public ParquetSource(params IReadOnlyList<string> paths)
        : this(paths, RowGroupCache.Shared)
    {
    }

    /// <param name="paths">As above.</param>
    /// <param name="cache">The cache of image bytes.</param>
    /// <param name="allowOutsideImages">Whether paths of images may lead out of their file's folder.</param>
    internal ParquetSource(IReadOnlyList<string> paths, RowGroupCache cache, bool allowOutsideImages = false)
    {
        _paths = paths;
        _cache = cache;
        _allowOutsideImages = allowOutsideImages;
    }

    /// <summary>The path of the file; of several parts the first.</summary>
    public string Name => _paths[0];

    /// <inheritdoc/>
    /// <exception cref="BadInputException">A file is damaged, or has no column that could hold questions.</exception>
    public ProblemSet Read()
    {
        ProblemSetBuilder problems = new();
        int number = 0;
        foreach (string path in _paths)
        {
            IReadOnlyList<(string Name, string Type)> columns = ParquetFile.Describe(path).Columns;
            if (!columns.Any(column => column.Name is "problem" or "question" or "prompt"))
            {
                string names = string.Join(", ", columns.Select(column => column.Name));
                throw new BadInputException($"{path}: expected a column problem, question or prompt, but found {names}");
            }
            string images = columns.Any(column => column.Name == "images") ? "images" : "image";
            ParquetFile.Read(path, _cache, record =>
            {
                number++;
                string id = record.Text("id") ?? number.ToString(CultureInfo.InvariantCulture);
                problems.Add(
                    id, Question(record), () => record.Images(images, id), Answer(record), record.Text("category"));
            }, _allowOutsideImages);
        }
        return problems.Build();
    }

    private static string? Question(ParquetRecord record) =>
        FirstOf(record.Text("problem"), record.Text("question"), record.Text("prompt")) ?? LastUserMessage(record);

    private static string? Answer(ParquetRecord record)
    {
        string? text = FirstOf(
            record.Text("answer"), record.Text("reward_model", "ground_truth"), record.Text("solution"));
        return text is not null && AnswerTags().Match(text) is { Success: true } match
            ? match.Groups[1].Value.Trim()
            : text;
    }

    private static string? FirstOf(params ReadOnlySpan<string?> texts)
    {
        foreach (string? text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                return text;
            }
        }
        return null;
    }

    private static string? LastUserMessage(ParquetRecord record)
    {
        IReadOnlyList<string?> roles = record.Texts("prompt", "role");
        IReadOnlyList<string?> contents = record.Texts("prompt", "content");
        int last = roles.Index().Where(role => role.Item == "user").Select(role => role.Index).LastOrDefault(-1);
        return last >= 0 && last < contents.Count ? contents[last] : null;
    }

    [GeneratedRegex("<answer>(.*?)</answer>", RegexOptions.Singleline)]
    private static partial Regex AnswerTags();
}
