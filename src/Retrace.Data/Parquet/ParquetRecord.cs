using Parquet;
using Parquet.Schema;
using Retrace.Problems;

namespace Retrace.Data.Parquet;

/// <summary>One row of a Parquet file as a record.</summary>
internal sealed class ParquetRecord(ParquetRows rows, int row) : IDataRecord
{
    public string File => rows.File;

    public string? Key => null;

    public string? Text(string field, string? member = null) =>
        rows.Column(field, member)?[row] is [string text] ? text : null;

    public IReadOnlyList<string?> Texts(string field, string? member = null) =>
        rows.Column(field, member) is { } column ? [.. column[row].Select(value => value as string)] : [];

    public IReadOnlyList<ProblemImage> Images(string field, string id, string below = "")
    {
        if (rows.Field(field) is not Field column)
        {
            return [];
        }
        byte[]?[][]? bytes = rows.Images(field)?.Group(rows.Group);
        List<List<object?>>? paths = rows.Column(field, "path");
        if (bytes is null && paths is null)
        {
            throw new UnusableRecordException($"its column \"{field}\" is no struct of bytes and path");
        }
        List<ProblemImage> found = [];
        for (int i = 0; i < Math.Max(bytes?[row].Length ?? 0, paths?[row].Count ?? 0); i++)
        {
            string? path = paths?[row][i] as string;
            if (bytes?[row][i] is { Length: > 0 })
            {
                found.Add(new ParquetImage(path ?? $"{id}, image {i + 1}", rows.Images(field)!, rows.Group, row, i));
            }
            else if (!string.IsNullOrEmpty(path))
            {
                found.Add(rows.ImageFiles.Below(below).File(path));
            }
            else if (column is ListField)
            {
                throw new UnusableRecordException($"its image {i + 1} has neither bytes nor a path");
            }
        }
        return found;
    }
}

/// <summary>The rows of one row group. A column is read when it is first asked for, images apart from the rest.</summary>
/// <param name="file">Where the Parquet file lies.</param>
/// <param name="stream">The bytes of the file.</param>
/// <param name="schema">The columns of the file.</param>
/// <param name="reader">The reader of the row group.</param>
/// <param name="group">The row group's number.</param>
/// <param name="images">The file's image columns by name.</param>
/// <param name="imageFiles">Where images that are files lie.</param>
/// <param name="limits">The limits of the file.</param>
internal sealed class ParquetRows(
    string file,
    ParquetStream stream,
    ParquetSchema schema,
    ParquetRowGroupReader reader,
    int group,
    Func<string, ParquetImages> images,
    ImageFolder imageFiles,
    ParquetLimits limits)
{
    private readonly Dictionary<(string, string?), List<List<object?>>?> _columns = [];

    public string File => file;

    public ImageFolder ImageFiles => imageFiles;

    public int Group => group;

    public Field? Field(string name) => schema.Fields.FirstOrDefault(field => field.Name == name);

    /// <summary>The values of each row, or null where there is no such column.</summary>
    public List<List<object?>>? Column(string name, string? member)
    {
        if (!_columns.TryGetValue((name, member), out List<List<object?>>? column))
        {
            column = LeafField.Find(schema, name, member) is { } leaf
                ? ParquetColumn.Read(reader, leaf, stream, limits)
                : null;
            _columns.Add((name, member), column);
        }
        return column;
    }

    /// <summary>A column's images, or null where it has no bytes.</summary>
    public ParquetImages? Images(string name) =>
        LeafField.Find(schema, name, "bytes") is null ? null : images(name);
}
