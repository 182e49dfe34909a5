using Parquet.Meta;
using Parquet.Schema;
using Snappier;
using ZstdSharp;

namespace Retrace.Data.Parquet;

/// <summary>
/// Looks through a column's pages before they are decoded: what their headers claim, and what their packed content
/// claims to unpack to, decides how much memory the decoder takes.
/// </summary>
internal static class ParquetPages
{
    /// <summary>Checks a column of a row group, and allows its bytes alone to be read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="chunk">Where the column's pages lie.</param>
    /// <param name="field">The column.</param>
    /// <param name="limits">The most that the pages may hold.</param>
    /// <exception cref="InvalidDataException">
    /// The pages claim more, are damaged, or are of a kind that is not decoded.
    /// </exception>
    public static void Check(ParquetStream file, ColumnMetaData chunk, DataField field, ParquetLimits limits)
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
            var page = ParquetPage.ReadHeader(file, limits);
            if (page.HasLevelsApart && field.MaxRepetitionLevel > 0)
            {
                throw new InvalidDataException(
                    "it holds lists in data pages of version 2, which the decoder does not know; pyarrow's "
                    + "data_page_version='1.0', its default, writes what can be read");
            }
            at = file.Position + page.Stored;
            long decoded = Math.Max(page.Decoded, Unpacked(file, page, chunk.Codec, field));
            if (decoded > page.Stored * ratio)
            {
                throw new InvalidDataException($"a page of {page.Stored} bytes claims {decoded} once it is decoded");
            }
            values += page.Values;
            bytes += decoded;
            limits.CheckValues(values);
            limits.CheckBytes(bytes);
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

    // Of the two codecs whose content says how long it is, the decoder believes that and not the header.
    private static long Unpacked(ParquetStream file, ParquetPage page, CompressionCodec codec, DataField field)
    {
        long levels = page.HasLevelsApart && field.MaxDefinitionLevel > 0 ? page.LevelBytes : 0;
        long packed = page.Stored - levels;
        if (!page.IsPacked || levels < 0 || packed <= 0)
        {
            return 0;
        }
        file.Position += levels;
        switch (codec)
        {
            case CompressionCodec.SNAPPY:
                return Snappy.GetUncompressedLength(Read(Math.Min(packed, 8)));
            case CompressionCodec.ZSTD:
                ulong length = Decompressor.GetDecompressedSize(Read(packed));
                return length <= int.MaxValue
                    ? (long)length
                    : throw new InvalidDataException("a page cannot be unpacked");
            default:
                return 0;
        }

        byte[] Read(long count)
        {
            byte[] content = new byte[count];
            file.ReadExactly(content);
            return content;
        }
    }
}
