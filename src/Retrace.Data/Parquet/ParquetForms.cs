using static Retrace.Data.Parquet.ThriftForm;

namespace Retrace.Data.Parquet;

/// <summary>The structs in Parquet files, each member in its number's place.</summary>
/// <remarks>Source: parquet.thrift of Apache's parquet-format 2.12.</remarks>
internal static class ParquetForms
{
    // With the groups that they are in; a decoder goes down into them level by level.
    private const int MostColumns = 1000;

    private static readonly ThriftForm Empty = Struct();

    private static readonly ThriftForm Statistics = Struct(Bytes, Bytes, Number, Number, Bytes, Bytes, Flag, Flag);

    private static readonly ThriftForm KeyValue = Struct(Bytes, Bytes);

    private static readonly ThriftForm Time = Struct(Flag, Struct(Empty, Empty, Empty));

    private static readonly ThriftForm LogicalType = Struct(
        Empty, Empty, Empty, Empty,   // string, map, list, enumeration
        Struct(Number, Number),       // decimal
        Empty,                        // date
        Time, Time,                   // time, timestamp
        null,
        Struct(OneByte, Flag),           // integer
        Empty, Empty, Empty, Empty, Empty, // null, JSON, BSON, UUID, float16
        Struct(OneByte),                 // variant
        Struct(Bytes),                // geometry
        Struct(Bytes, Number));       // geography

    private static readonly ThriftForm SchemaElement = Struct(
        Number, Number, Number, Bytes, Number, Number, Number, Number, Number, LogicalType);

    private static readonly ThriftForm SizeStatistics = Struct(Number, ListOf(Number), ListOf(Number));

    private static readonly ThriftForm GeospatialStatistics = Struct(
        Struct(Real, Real, Real, Real, Real, Real, Real, Real), ListOf(Number));

    private static readonly ThriftForm ColumnMetadata = Struct(
        Number, ListOf(Number), ListOf(Bytes), Number, Number, Number, Number, ListOf(KeyValue), Number, Number, Number,
        Statistics, ListOf(Struct(Number, Number, Number)), Number, Number, SizeStatistics, GeospatialStatistics);

    private static readonly ThriftForm ColumnChunk = Struct(
        Bytes, Number, ColumnMetadata, Number, Number, Number, Number, Struct(Empty, Struct(ListOf(Bytes), Bytes)), Bytes);

    private static readonly ThriftForm RowGroup = Struct(
        ListOf(ColumnChunk), Number, Number, ListOf(Struct(Number, Flag, Flag)), Number, Number, Number);

    private static readonly ThriftForm Encryption = Struct(Struct(Bytes, Bytes, Flag), Struct(Bytes, Bytes, Flag));

    /// <summary>FileMetaData, at a file's end.</summary>
    public static readonly ThriftForm File = Struct(
        Number, ListOf(SchemaElement, MostColumns), Number, ListOf(RowGroup), ListOf(KeyValue), Bytes,
        ListOf(Struct(Empty)), Encryption, Bytes);

    /// <summary><c>DataPageHeader</c>: the part of a page header that describes a data page.</summary>
    public static readonly ThriftForm DataPage = Struct(Number, Number, Number, Number, Statistics);

    /// <summary><c>DictionaryPageHeader</c>: the part that describes a dictionary page.</summary>
    public static readonly ThriftForm DictionaryPage = Struct(Number, Number, Flag);

    /// <summary><c>DataPageHeaderV2</c>: the part that describes a data page of version 2.</summary>
    public static readonly ThriftForm DataPageV2 = Struct(
        Number, Number, Number, Number, Number, Number, Flag, Statistics);

    /// <summary>PageHeader, before each page.</summary>
    public static readonly ThriftForm Page = Struct(
        Number, Number, Number, Number, DataPage, Empty, DictionaryPage, DataPageV2);
}
