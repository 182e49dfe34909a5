using Parquet;
using Parquet.Schema;
using Retrace.Problems;

namespace Retrace.Data.Parquet;

/// <summary>The images of a column, read row group by row group when they are asked for.</summary>
/// <param name="path">The Parquet file.</param>
/// <param name="column">
/// Texts as <see cref="ImageReference"/> reads them, bytes, or structs with one of <see cref="RecordImage.Members"/>;
/// or a list of these.
/// </param>
/// <param name="cache">Keeps row groups that are likely to be asked for again.</param>
internal sealed class ParquetImages(string path, string column, RowGroupCache cache)
{
    /// <summary>Whether a column is of a type that holds images.</summary>
    public static bool CanHold(ParquetSchema schema, string column) => Leaves(schema, column).Count > 0;

    /// <summary>[row][image] of a row group.</summary>
    public RecordImage[][] Group(int group) => cache.Get(this, group, () => Read(group).GetAwaiter().GetResult());

    private async Task<RecordImage[][]> Read(int group)
    {
        await using var stream = new ParquetStream(path);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
        var limits = ParquetLimits.Of(path);
        List<List<object?>>[] values =
        [
            .. Leaves(reader.Schema, column).Select(leaf => ParquetColumn.Read(rows, leaf, stream, limits)),
        ];
        return values switch
        {
            [] => [],
            [var only] => [.. only.Select(row => row.Select(RecordImage.Of).ToArray())],
            _ => [.. Enumerable.Range(0, values[0].Count).Select(row => Combined([.. values.Select(one => one[row])]))],
        };
    }

    // Each member of a struct is a column of its own, all with as many values.
    private static RecordImage[] Combined(List<object?>[] members) =>
    [
        .. Enumerable.Range(0, members.Min(values => values.Count))
            .Select(image => RecordImage.OfMembers(members.Select(values => values[image]))),
    ];

    private static IReadOnlyList<LeafField> Leaves(ParquetSchema schema, string column)
    {
        LeafField?[] leaves = LeafField.Find(schema, column) is { } single
            ? [single]
            : [.. RecordImage.Members.Select(member => LeafField.Find(schema, column, member))];
        return [.. leaves.OfType<LeafField>().Where(leaf => IsTextOrBytes(leaf.Field))];
    }

    private static bool IsTextOrBytes(DataField field) =>
        field.ClrType == typeof(string) || field.ClrType == typeof(byte[])
        || field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(ReadOnlyMemory<byte>);
}

/// <summary>An image inside a Parquet file. Only its place is kept.</summary>
/// <param name="Name">Names it in messages.</param>
/// <param name="Images">The column that holds the image.</param>
/// <param name="Group">The number of its row group.</param>
/// <param name="Row">The row inside the row group.</param>
/// <param name="Index">The place among the row's images.</param>
internal sealed record ParquetImage(string Name, ParquetImages Images, int Group, int Row, int Index) : ProblemImage
{
    public override string Name { get; } = Name;

    public override byte[] ReadBytes()
    {
        try
        {
            return Images.Group(Group)[Row][Index].Bytes!;
        }
        catch (Exception error) when (error is not (BadInputException or OutOfMemoryException))
        {
            // It was there when the file was first read.
            throw new BadInputException($"The image {Name} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}
