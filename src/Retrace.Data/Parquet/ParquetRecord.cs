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

    public RecordLabel Label(string field, string? member = null)
    {
        if (rows.Column(field, member) is { } column)
        {
            return column[row] switch
            {
                [] or [null] => RecordLabel.None,
                [string text] => RecordLabel.Of(text),
                [_] => RecordLabel.NotUsed("bytes"),
                _ => RecordLabel.NotUsed("a list"),
            };
        }
        return rows.Field(field, member) switch
        {
            null => RecordLabel.None,
            StructField owner when rows.FirstMember(owner, field, member) is { } values && values[row] is [null] =>
                RecordLabel.None,
            StructField or MapField => RecordLabel.NotUsed("an object"),
            _ => RecordLabel.NotUsed("a list"),
        };
    }

    public IReadOnlyList<ProblemImage> Images(string field, string id, string below = "")
    {
        if (rows.Field(field) is not Field column)
        {
            return [];
        }
        ParquetImages images = rows.Images(field) ?? throw new UnusableRecordException(
            $"its column \"{field}\" holds {ParquetFile.TypeOf(column)}, and no paths, base64 or bytes of images");
        List<ProblemImage> found = [];
        foreach ((int i, RecordImage image) in images.Group(rows.Group)[row].Index())
        {
            if (image.Bytes is not null)
            {
                string name = image.Reference ?? $"{id}, image {i + 1}";
                found.Add(new ParquetImage(name, images, rows.Group, row, i));
            }
            else if (image.Reference is string reference)
            {
                found.Add(ImageReference.Parse(reference, $"{id}, image {i + 1}", rows.ImageFiles.Below(below)));
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

    /// <summary>A column, or a member of a column of structs; null where there is none.</summary>
    public Field? Field(string name, string? member = null)
    {
        Field? field = schema.Fields.FirstOrDefault(field => field.Name == name);
        return member is null ? field
            : ((field as ListField)?.Item ?? field as StructField) is StructField owner
                ? owner.Fields.FirstOrDefault(inner => inner.Name == member)
                : null;
    }

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

    /// <summary>The values of a struct's first member, which is missing where the struct is; null for nested ones.</summary>
    public List<List<object?>>? FirstMember(StructField owner, string name, string? member) =>
        member is null && owner.Fields is [DataField first, ..] ? Column(name, first.Name) : null;

    /// <summary>A column's images, or null where it is of a type that holds none.</summary>
    public ParquetImages? Images(string name) => ParquetImages.CanHold(schema, name) ? images(name) : null;
}
