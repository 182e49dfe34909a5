using Parquet.Meta;

namespace Retrace.Training.Data;

/// <summary>
/// Looks through the headers of a column's pages before the pages are decoded: what they claim decides how much memory
/// the decoder takes.
/// </summary>
internal static class ParquetPages
{
    private const int DecodedSize = 2; // uncompressed_page_size, as parquet.thrift numbers it
    private const int StoredSize = 3;  // compressed_page_size
    private const int Values = 1;      // num_values in the headers of all kinds of pages

    /// <summary>Checks a column of a row group, and allows its bytes alone to be read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="chunk">Where the column's pages lie.</param>
    /// <param name="limits">What they may come to.</param>
    /// <exception cref="InvalidDataException">They claim more, or are none.</exception>
    public static void Check(ParquetStream file, ColumnMetaData chunk, ParquetLimits limits)
    {
        limits.CheckValues(chunk.NumValues);
        file.AllowAll();
        long ratio = LargestRatio(chunk.Codec);
        long begin = BeginOf(chunk);
        long at = begin;
        long values = 0;
        long bytes = 0;
        while (values < chunk.NumValues)
        {
            if (at < 0 || at >= file.Length)
            {
                throw new InvalidDataException("a column lies outside the file");
            }
            file.Position = at;
            (long decoded, long stored, long added) = ReadHeader(file, limits);
            if (decoded > stored * ratio)
            {
                throw new InvalidDataException($"a page of {stored} bytes claims {decoded} once it is decoded");
            }
            values += added;
            bytes += decoded;
            limits.CheckValues(values);
            limits.CheckBytes(bytes);
            at = file.Position + stored;
        }
        file.Allow(begin, at);
    }

    // How many bytes a byte can stand for. The decoder takes memory for what a page claims before it unpacks it.
    private static long LargestRatio(CompressionCodec codec) => codec switch
    {
        CompressionCodec.UNCOMPRESSED => 1,
        CompressionCodec.SNAPPY => 22,                              // Copies of 64 bytes, in 3 bytes each.
        CompressionCodec.GZIP => 1032,                              // Copies of 258 bytes, in 2 bits each.
        CompressionCodec.LZ4 or CompressionCodec.LZ4_RAW => 255,    // Lengths go on by 255 a byte.
        _ => int.MaxValue,
    };

    // As the decoder has it: what is said of the kinds of pages cannot be relied on.
    private static long BeginOf(ColumnMetaData chunk)
    {
        long?[] offsets = [chunk.DictionaryPageOffset, chunk.DataPageOffset, chunk.IndexPageOffset];
        return offsets.Min(offset => offset is 0 ? null : offset) ?? 0;
    }

    private static (long Decoded, long Stored, long Values) ReadHeader(ParquetStream file, ParquetLimits limits)
    {
        long decoded = -1;
        long stored = -1;
        long values = 0;
        new ThriftReader(file, "the headers of its pages").Struct(ParquetForms.Page, (owner, member, number) =>
        {
            if (owner == ParquetForms.Page && member == DecodedSize)
            {
                decoded = number;
            }
            else if (owner == ParquetForms.Page && member == StoredSize)
            {
                stored = number;
            }
            else if (owner == ParquetForms.DictionaryPage && member == Values)
            {
                limits.CheckValues(number);
            }
            else if ((owner == ParquetForms.DataPage || owner == ParquetForms.DataPageV2) && member == Values)
            {
                limits.CheckValues(number);
                values += number;
            }
        });
        long left = Math.Min(int.MaxValue, file.Length - file.Position);
        return decoded is >= 0 and <= int.MaxValue && stored >= 0 && stored <= left
            ? (decoded, stored, values)
            : throw new InvalidDataException("the header of a page holds impossible sizes");
    }
}
