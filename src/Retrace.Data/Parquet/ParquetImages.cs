using Parquet;
using Retrace.Problems;

namespace Retrace.Data.Parquet;

/// <summary>The image bytes of a column, read row group by row group when they are asked for.</summary>
/// <param name="path">The Parquet file.</param>
/// <param name="column">A struct of bytes and path, or a list of them.</param>
/// <param name="cache">Keeps row groups that are likely to be asked for again.</param>
internal sealed class ParquetImages(string path, string column, RowGroupCache cache)
{
    /// <summary>[row][image] of a row group, null where an image has no bytes.</summary>
    public byte[]?[][] Group(int group) => cache.Get(this, group, () => Read(group).GetAwaiter().GetResult());

    private async Task<byte[]?[][]> Read(int group)
    {
        await using var stream = new ParquetStream(path);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
        return LeafField.Find(reader.Schema, column, "bytes") is { } leaf
            ? [.. ParquetColumn.Read(rows, leaf, stream, ParquetLimits.Of(path))
                .Select(row => row.Select(value => value as byte[]).ToArray())]
            : [];
    }
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
            return Images.Group(Group)[Row][Index]!;
        }
        catch (Exception error) when (error is not (BadInputException or OutOfMemoryException))
        {
            // It was there when the file was first read.
            throw new BadInputException($"The image {Name} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}
