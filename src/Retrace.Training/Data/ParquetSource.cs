using System.Globalization;
using System.Text.RegularExpressions;
using Parquet;
using Parquet.Schema;
using Retrace.Problems;

namespace Retrace.Training.Data;

/// <summary>
/// Problems as Parquet, in the layouts in which Geometry3K, GeoQA and MMR1 are published and that verl and EasyR1 use.
/// </summary>
/// <remarks>
/// Question: <c>problem</c>, <c>question</c>, or the last user message of <c>prompt</c> (a list of {role, content}).
/// Images: <c>images</c> (a list of {bytes, path}) or <c>image</c> ({bytes, path}). Answer: <c>answer</c>,
/// <c>reward_model.ground_truth</c>, or <c>solution</c>, of which the text inside &lt;answer&gt; counts. Besides them
/// <c>id</c> (otherwise the row's number, from 1) and <c>category</c>. Other columns are not read.
/// </remarks>
public sealed partial class ParquetSource(string path) : IProblemSource
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The file is damaged, or has no column that could hold questions.</exception>
    public ProblemSet Read()
    {
        try
        {
            return ReadAsync().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not (BadInputException or OutOfMemoryException))
        {
            // A damaged file fails anywhere inside the decoder, with whatever exception comes first.
            string reason = error.Message.TrimEnd('.');
            throw new BadInputException($"{path}: the Parquet data cannot be read: {reason}", error);
        }
    }

    private async Task<ProblemSet> ReadAsync()
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(path);
        ParquetSchema schema = reader.Schema;
        if (!schema.Fields.Any(field => field.Name is "problem" or "question" or "prompt"))
        {
            string names = string.Join(", ", schema.Fields.Select(field => field.Name));
            throw new BadInputException($"{path}: expected a column problem, question or prompt, but found {names}");
        }
        ProblemSetBuilder problems = new();
        int rowsBefore = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            AddRows(rows, schema, rowsBefore, problems);
            rowsBefore += checked((int)rows.RowCount);
        }
        return problems.Build();
    }

    private void AddRows(ParquetRowGroupReader group, ParquetSchema schema, int rowsBefore, ProblemSetBuilder problems)
    {
        List<List<object?>>? ids = Column("id");
        List<List<object?>>? categories = Column("category");
        List<List<object?>>?[] questions = [Column("problem"), Column("question"), Column("prompt")];
        List<List<object?>>? roles = Member("prompt", "role");
        List<List<object?>>? contents = Member("prompt", "content");
        List<List<object?>>?[] answers = [Column("answer"), Member("reward_model", "ground_truth"), Column("solution")];
        string images = schema.Fields.Any(field => field.Name == "images") ? "images" : "image";
        List<List<object?>>? imageBytes = Member(images, "bytes");
        List<List<object?>>? imagePaths = Member(images, "path");
        Field? imageField = schema.Fields.FirstOrDefault(field => field.Name == images);

        for (int row = 0; row < group.RowCount; row++)
        {
            string id = Text(ids, row) ?? (rowsBefore + row + 1).ToString(CultureInfo.InvariantCulture);
            string? question = FirstText(questions, row) ?? LastUserMessage(roles, contents, row);
            string? answer = FirstText(answers, row) is { } text ? WithoutAnswerTags(text) : null;
            problems.Add(id, question, () => Images(id, row), answer, Text(categories, row));
        }

        List<List<object?>>? Column(string name) =>
            LeafField.Find(schema, name) is { } leaf ? ParquetColumn.Read(group, leaf) : null;

        List<List<object?>>? Member(string name, string member) =>
            LeafField.Find(schema, name, member) is { } leaf ? ParquetColumn.Read(group, leaf) : null;

        List<ProblemImage> Images(string id, int row)
        {
            if (imageField is not null && imageBytes is null && imagePaths is null)
            {
                throw new UnusableRecordException($"its column \"{images}\" is no struct of bytes and path");
            }
            int count = Math.Max(imageBytes?[row].Count ?? 0, imagePaths?[row].Count ?? 0);
            List<ProblemImage> found = [];
            for (int i = 0; i < count; i++)
            {
                string? imagePath = imagePaths?[row][i] as string;
                if (imageBytes?[row][i] is byte[] { Length: > 0 } bytes)
                {
                    found.Add(new EmbeddedImage(imagePath ?? $"{id}, image {i + 1}", bytes));
                }
                else if (!string.IsNullOrEmpty(imagePath))
                {
                    found.Add(ImageReference.FileBelow(_folder, imagePath));
                }
                else if (imageField is ListField)
                {
                    throw new UnusableRecordException($"its image {i + 1} has neither bytes nor a path");
                }
            }
            return found;
        }
    }

    private static string? Text(List<List<object?>>? column, int row) => column?[row][0] as string;

    private static string? FirstText(List<List<object?>>?[] columns, int row) =>
        columns.Select(column => Text(column, row)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));

    private static string? LastUserMessage(List<List<object?>>? roles, List<List<object?>>? contents, int row)
    {
        if (roles is null || contents is null)
        {
            return null;
        }
        int last = roles[row].FindLastIndex(role => role is "user");
        return last < 0 ? null : contents[row][last] as string;
    }

    private static string WithoutAnswerTags(string text) =>
        AnswerTags().Match(text) is { Success: true } match ? match.Groups[1].Value.Trim() : text;

    [GeneratedRegex("<answer>(.*?)</answer>", RegexOptions.Singleline)]
    private static partial Regex AnswerTags();
}
