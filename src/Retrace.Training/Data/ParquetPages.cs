using Parquet.Meta;

namespace Retrace.Training.Data;

/// <summary>
/// Looks through the headers of a column's pages before the pages are decoded: what they claim decides how much memory the
/// decoder takes.
/// </summary>
/// <remarks>The members' numbers are those of the format's parquet.thrift.</remarks>
internal static class ParquetPages
{
    private const int DecodedSize = 2; // uncompressed_page_size
    private const int StoredSize = 3;  // compressed_page_size
    private const int Values = 1;      // num_values of both headers of data pages

    /// <summary>Checks a column of a row group.</summary>
    /// <param name="file">The file, open for this alone.</param>
    /// <param name="chunk">Where the column's pages lie.</param>
    /// <param name="limits">What they may come to.</param>
    /// <exception cref="InvalidDataException">They claim more, or are none.</exception>
    public static void Check(Stream file, ColumnMetaData chunk, ParquetLimits limits)
    {
        limits.CheckValues(chunk.NumValues);
        long at = chunk.DictionaryPageOffset is > 0 and long dictionary
            ? Math.Min(dictionary, chunk.DataPageOffset)
            : chunk.DataPageOffset;
        long values = 0;
        long bytes = 0;
        while (values < chunk.NumValues)
        {
            if (at < 0 || at >= file.Length)
            {
                throw new InvalidDataException("a column lies outside the file");
            }
            file.Position = at;
            (long decoded, long stored, long added) = ReadHeader(file);
            values += added;
            bytes += decoded;
            limits.CheckValues(values);
            limits.CheckBytes(bytes);
            at = file.Position + stored;
        }
    }

    private static (long Decoded, long Stored, long Values) ReadHeader(Stream file)
    {
        ThriftReader reader = new(file);
        long decoded = -1;
        long stored = -1;
        long values = 0;
        reader.Struct((member, type) =>
        {
            switch (member)
            {
                case DecodedSize:
                    decoded = reader.Integer(type);
                    return true;
                case StoredSize:
                    stored = reader.Integer(type);
                    return true;
                case 5 or 8: // data_page_header, data_page_header_v2
                    reader.Struct((inner, innerType) =>
                    {
                        if (inner == Values)
                        {
                            values = reader.Integer(innerType);
                        }
                        return inner == Values;
                    });
                    return true;
                default:
                    return false;
            }
        });
        return decoded >= 0 && stored >= 0 && values >= 0
            ? (decoded, stored, values)
            : throw new InvalidDataException("the header of a page holds impossible sizes");
    }
}
