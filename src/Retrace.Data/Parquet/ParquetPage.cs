namespace Retrace.Data.Parquet;

/// <summary>The claims of a page's header. The members' numbers are those of parquet.thrift.</summary>
internal sealed class ParquetPage
{
    private const int SecondVersion = 3; // DATA_PAGE_V2

    private long _kind = -1;
    private bool _isCompressed = true;

    /// <summary>Length of the page after decompression, in bytes.</summary>
    public long Decoded { get; private set; } = -1;

    /// <summary>Length of the page as it is stored after the header, in bytes.</summary>
    public long Stored { get; private set; } = -1;

    /// <summary>The number of values in a data page, missing ones included.</summary>
    public long Values { get; private set; }

    /// <summary>Whether definition levels come first, of <see cref="LevelBytes"/> and never packed.</summary>
    public bool HasLevelsApart => _kind == SecondVersion;

    public long LevelBytes { get; private set; }

    /// <summary>Whether the column's codec applies.</summary>
    public bool IsPacked => !HasLevelsApart || _isCompressed;

    /// <summary>Reads a header, and leaves the stream just after it.</summary>
    /// <exception cref="InvalidDataException">
    /// There is no header, or it claims more than the limits or the file allow.
    /// </exception>
    public static ParquetPage ReadHeader(ParquetStream file, ParquetLimits limits)
    {
        var page = new ParquetPage();
        new ThriftReader(file, "the headers of its pages").Struct(
            ParquetForms.Page, (owner, member, number) => page.Take(owner, member, number, limits));
        long left = file.Length - file.Position;
        return page.Decoded >= 0 && page.Stored >= 0 && page.Stored <= left
            ? page
            : throw new InvalidDataException("the header of a page holds impossible sizes");
    }

    private void Take(ThriftForm owner, int member, long number, ParquetLimits limits)
    {
        bool isData = owner == ParquetForms.DataPage || owner == ParquetForms.DataPageV2;
        if (owner != ParquetForms.Page && owner != ParquetForms.DictionaryPage && !isData)
        {
            return; // Statistics, which nobody believes.
        }
        if (number is < int.MinValue or > int.MaxValue)
        {
            throw new InvalidDataException("the header of a page holds impossible sizes");
        }
        if (owner == ParquetForms.Page)
        {
            _kind = member == 1 ? number : _kind;
            Decoded = member == 2 ? number : Decoded; // uncompressed_page_size
            Stored = member == 3 ? number : Stored;   // compressed_page_size
        }
        else if (member == 1) // num_values of all kinds
        {
            limits.CheckValues(number);
            Values += isData ? number : 0;
        }
        else if (owner == ParquetForms.DataPageV2)
        {
            LevelBytes = member == 5 ? number : LevelBytes; // definition_levels_byte_length
            _isCompressed = member == 7 ? number != 0 : _isCompressed;
        }
    }
}
