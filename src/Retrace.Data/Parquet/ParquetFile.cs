using Parquet;
using Parquet.Schema;

namespace Retrace.Data.Parquet;

/// <summary>Parquet files, read row group by row group.</summary>
internal static class ParquetFile
{
    /// <summary>Calls <paramref name="visit"/> for each row, in file order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cache">Keeps row groups' images; the images that are visited are read through it later, too.</param>
    /// <param name="visit">The record is valid during the call alone; the images that it gave are valid after it.</param>
    /// <param name="imageFiles">Where images that are files lie; null: in the file's folder.</param>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    public static void Read(
        string path, RowGroupCache cache, Action<ParquetRecord> visit, ImageFolder? imageFiles = null) =>
        Guarded(path, (reader, stream) =>
        {
            ParquetSchema schema = reader.Schema;
            imageFiles ??= ImageFolder.Of(path, allowsOutside: false);
            var limits = ParquetLimits.Of(path);
            Dictionary<string, ParquetImages> columns = [];
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroupReader opened = reader.OpenRowGroupReader(group);
                ParquetRows rows = new(path, stream, schema, opened, group, ImagesOf, imageFiles, limits);
                limits.AddRows(opened.RowCount);
                for (int row = 0; row < opened.RowCount; row++)
                {
                    visit(new ParquetRecord(rows, row));
                }
            }
            return Task.FromResult(reader.RowGroupCount);

            ParquetImages ImagesOf(string name)
            {
                if (!columns.TryGetValue(name, out ParquetImages? images))
                {
                    columns.Add(name, images = new ParquetImages(path, name, cache));
                }
                return images;
            }
        });

    /// <summary>The columns, and how many rows and row groups there are; read from the file's end alone.</summary>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    public static ParquetDescription Describe(string path) => Guarded(path, (reader, _) =>
    {
        long rows = 0;
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader opened = reader.OpenRowGroupReader(group);
            rows += opened.RowCount;
        }
        return Task.FromResult(new ParquetDescription(
            [.. reader.Schema.Fields.Select(field => (field.Name, TypeOf(field)))], rows, reader.RowGroupCount));
    });

    /// <summary>The type of a column, in words.</summary>
    public static string TypeOf(Field field) => field switch
    {
        ListField list => $"list of {TypeOf(list.Item)}",
        StructField record => $"{{{string.Join(", ", record.Fields.Select(member => member.Name))}}}",
        DataField { ClrType: var type } when type == typeof(string) => "text",
        DataField { ClrType: var type } when type == typeof(byte[]) => "bytes",
        DataField { ClrType: var type } when type == typeof(ReadOnlyMemory<char>) => "text",
        DataField { ClrType: var type } when type == typeof(ReadOnlyMemory<byte>) => "bytes",
        DataField { ClrType: var type } => type.Name.ToLowerInvariant(),
        _ => field.SchemaType.ToString().ToLowerInvariant(),
    };

    private static T Guarded<T>(string path, Func<ParquetReader, ParquetStream, Task<T>> use)
    {
        try
        {
            return Use().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not (BadInputException or OutOfMemoryException))
        {
            // A damaged file fails anywhere inside the decoder, with whatever exception comes first.
            throw new BadInputException(
                $"{path}: the Parquet data cannot be read: {error.Message.TrimEnd('.')}", error);
        }

        async Task<T> Use()
        {
            await using var stream = new ParquetStream(path);
            await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
            return await use(reader, stream);
        }
    }
}

/// <summary>The columns, rows and row groups of a Parquet file.</summary>
/// <param name="Columns">Names and types, in the file's order.</param>
/// <param name="Rows">The number of rows in all row groups.</param>
/// <param name="RowGroups">The number of row groups.</param>
internal sealed record ParquetDescription(IReadOnlyList<(string Name, string Type)> Columns, long Rows, int RowGroups);
