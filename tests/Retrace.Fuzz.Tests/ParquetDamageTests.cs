using System.IO.Compression;
using System.Text;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Fuzz.Tests;

/// <summary>Parquet files written by hand, with metadata and pages that would mislead the decoder.</summary>
[Collection(MeasuredMemory.Name)]
public sealed class ParquetDamageTests : IDisposable
{
    private const int Flag = 1;
    private const int Number = 5;
    private const int Bytes = 8;
    private const int List = 9;
    private const int Record = 12;

    private static readonly (int, int, byte[]) Gzip = (4, Number, Zigzag(2)); // A column's codec.

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_written_like_this_is_read()
    {
        byte[] page = Page(values: 1, Text("How long is AB?"));
        Assert.Equal("How long is AB?", Assert.Single(Read(page, Column(values: 1, at: 4))).Question);
    }

    [Theory]
    [InlineData("f9 f1 ffffffff07 00")] // A list of 2³¹ - 1 truth values, for which the decoder reads no byte.
    [InlineData("f9 f9 ffffffff07 f1 ffffffff07 00")]
    [InlineData("f9 39 f1 ffffffff07 f1 ffffffff07 f1 ffffffff07 00")] // Lists of them in a list.
    [InlineData("29 fc ffffffff07 00")] // A schema of 2³¹ - 1 columns.
    [InlineData("15 80")] // A number that does not end.
    [InlineData("11 15 02 00")] // A truth value where the decoder reads a number, which swallows what follows.
    [InlineData("05 848008 15 02 00")] // Member 65538, which the decoder takes for 2.
    [InlineData("fc 15 02 00 00")] // Something new that is not empty, in which the decoder loses its way.
    [InlineData("28 ffffff7f 00")]
    [InlineData("")]
    public void Metadata_that_mislead_the_decoder_are_refused(string metadata)
    {
        byte[] bytes = Convert.FromHexString(metadata.Replace(" ", ""));
        Assert.Contains("its metadata are damaged", Complaint(File([], bytes)));
    }

    [Fact]
    public void Metadata_of_more_bytes_than_the_file_has_are_refused() => Assert.Contains(
        "its metadata claim 1000 bytes", Complaint([.. "PAR1"u8, .. BitConverter.GetBytes(1000), .. "PAR1"u8]));

    [Fact]
    public void A_schema_of_a_thousand_columns_and_one_is_refused() => Assert.Contains(
        "hold 1001 columns; at most 1000", Complaint(File([], Metadata([.. Enumerable.Repeat(Leaf(), 1001)], []))));

    [Fact]
    public void Lists_in_lists_a_thousand_deep_exhaust_no_stack()
    {
        // Each is a list that says that it holds nothing, for which the decoder takes the next column.
        byte[] list = Struct((4, Bytes, Sized("l"u8)), (5, Number, Zigzag(0)), (6, Number, Zigzag(3)));
        byte[] root = Struct((4, Bytes, Sized("root"u8)), (5, Number, Zigzag(999)));
        string? complaint = null;
        var thread = new Thread(
            () => complaint = Complaint(File([], Metadata([root, .. Enumerable.Repeat(list, 998), Leaf()], []))), 1 << 20);
        thread.Start();
        thread.Join();
        Assert.NotNull(complaint);
    }

    [Fact]
    public void A_dictionary_that_claims_two_thousand_million_values_is_refused()
    {
        byte[] count = Struct((1, Number, Zigzag(2_000_000_000)), (2, Number, Zigzag(0)));
        byte[] dictionary = Header(type: 2, size: 0, (7, Record, count));
        byte[] pages = [.. dictionary, .. Page(values: 1, Text("q"))];
        Assert.Contains("2000000000 values", Complaint(File(pages, Metadata(Column(values: 1, at: 4)))));
    }

    [Fact]
    public void A_page_that_unpacks_to_400_MiB_is_refused_by_its_header()
    {
        byte[] packed = Packed(400 << 20);
        byte[] page =
            [.. Header(type: 0, packed.Length, (2, Number, Zigzag(400 << 20)), (5, Record, PlainValues(1))), .. packed];
        Assert.Contains("a column claims 419430400 bytes", Complaint(File(page, Metadata(Column(values: 1, at: 4, Gzip)))));
    }

    [Theory]
    [InlineData(0, 101)]
    [InlineData(1, 2300)]
    [InlineData(2, 103300)]
    [InlineData(7, 25600)]
    public void A_page_that_claims_more_than_its_bytes_can_unpack_to_is_refused(int codec, int claim)
    {
        byte[] page =
            [.. Header(type: 0, size: 100, (2, Number, Zigzag(claim)), (5, Record, PlainValues(1))), .. new byte[100]];
        byte[] column = Column(values: 1, at: 4, (4, Number, Zigzag(codec)));
        Assert.Contains($"a page of 100 bytes claims {claim}", Complaint(File(page, Metadata(column))));
    }

    [Fact]
    public void A_page_that_unpacks_to_more_than_it_claims_is_unpacked_no_further()
    {
        byte[] packed = Packed(256 << 20);
        byte[] page = [.. Header(type: 0, packed.Length, (2, Number, Zigzag(1000)), (5, Record, PlainValues(1))), .. packed];
        byte[] file = File(page, Metadata(Column(values: 1, at: 4, Gzip)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ProblemSources.Open(_folder.Write("made.parquet", file)).Read();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Snappy_s_own_length_is_looked_at_in_place_of_the_header_s()
    {
        byte[] content = [.. Unsigned(200 << 20), 0, 0]; // 200 MiB, of three bytes.
        byte[] column = Column(values: 1, at: 4, (4, Number, Zigzag(1)));
        Assert.Contains("of 6 bytes claims 209715200", Complaint(File(Page(values: 1, content), Metadata(column))));
    }

    [Fact]
    public void Zstandard_s_own_length_is_looked_at_in_place_of_the_header_s()
    {
        byte[] content = new ZstdSharp.Compressor().Wrap(new byte[400 << 20]).ToArray();
        byte[] column = Column(values: 1, at: 4, (4, Number, Zigzag(6)));
        Assert.Contains("a column claims 4194", Complaint(File(Page(values: 1, content), Metadata(column))));
    }

    [Fact]
    public void A_text_that_a_dictionary_holds_once_counts_as_often_as_rows_have_it()
    {
        byte[] text = Text(new string('a', 1 << 20));
        byte[] dictionary = Header(type: 2, text.Length, (7, Record, Struct((1, Number, Zigzag(1)), (2, Number, Zigzag(0)))));
        byte[] rows = Struct((1, Number, Zigzag(1000)), (2, Number, Zigzag(8)), (3, Number, Zigzag(3)), (4, Number, Zigzag(3)));
        byte[] pages = [.. dictionary, .. text, .. Header(type: 0, size: 1, (5, Record, rows)), 0];
        Assert.Contains(
            "once it is decoded", Complaint(File(pages, Metadata(Column(values: 1000, at: 4), rows: 1000))));
    }

    [Fact]
    public void Pages_are_looked_at_from_where_the_decoder_begins()
    {
        // The index, which does not count for other readers, lies before them.
        byte[] huge = Header(type: 0, size: int.MaxValue, (5, Record, PlainValues(1)));
        byte[] page = Page(values: 1, Text("q"));
        byte[] column = Column(values: 1, at: 4 + huge.Length, (10, Number, Zigzag(4)));
        Assert.Contains("impossible sizes", Complaint(File([.. huge, .. page], Metadata(column))));
    }

    [Fact]
    public void Of_pages_that_hold_less_than_they_claim_no_others_are_read_instead()
    {
        byte[] page = Header(type: 0, size: 1, (5, Record, PlainValues(2)));
        byte[] other = Header(type: 0, size: int.MaxValue, (5, Record, PlainValues(2)));
        Assert.NotNull(Complaint(File([.. page, 0, .. other], Metadata(Column(values: 2, at: 4)))));
    }

    [Fact]
    public void A_page_whose_header_has_a_truth_value_for_its_kind_is_refused()
    {
        byte[] header = Struct((1, Flag, []), (2, Number, Zigzag(0)), (3, Number, Zigzag(0)), (5, Record, PlainValues(1)));
        Assert.Contains("headers of its pages are damaged", Complaint(File(header, Metadata(Column(values: 1, at: 4)))));
    }

    private IReadOnlyList<Problem> Read(byte[] pages, byte[] column) =>
        ProblemSources.Open(_folder.Write("made.parquet", File(pages, Metadata(column)))).Read().Problems;

    private string Complaint(byte[] file)
    {
        string path = _folder.Write("made.parquet", file);
        return Assert.Throws<BadInputException>(() => ProblemSources.Open(path).Read()).Message;
    }

    private static byte[] File(byte[] pages, byte[] metadata) =>
        [.. "PAR1"u8, .. pages, .. metadata, .. BitConverter.GetBytes(metadata.Length), .. "PAR1"u8];

    private static byte[] Metadata(byte[] column, int rows = 1)
    {
        byte[] root = Struct((4, Bytes, Sized("root"u8)), (5, Number, Zigzag(1)));
        byte[] columns = ListOf(Record, Struct((2, Number, Zigzag(4)), (3, Record, column)));
        byte[] group = Struct((1, List, columns), (3, Number, Zigzag(rows)));
        return Metadata([root, Leaf()], [group]);
    }

    private static byte[] Metadata(byte[][] schema, byte[][] groups) => Struct(
        (1, Number, Zigzag(1)), (2, List, ListOf(Record, schema)), (3, Number, Zigzag(1)), (4, List, ListOf(Record, groups)));

    // A column of texts, in every row.
    private static byte[] Leaf() => Struct(
        (1, Number, Zigzag(6)), (3, Number, Zigzag(0)), (4, Bytes, Sized("problem"u8)), (6, Number, Zigzag(0)));

    private static byte[] Column(int values, int at, params (int, int, byte[])[] more) => Struct([
        (1, Number, Zigzag(6)), (3, List, ListOf(Bytes, Sized("problem"u8))), (4, Number, Zigzag(0)),
        (5, Number, Zigzag(values)), (9, Number, Zigzag(at)), .. more]);

    private static byte[] Page(int values, byte[] content) =>
        [.. Header(type: 0, content.Length, (5, Record, PlainValues(values))), .. content];

    private static byte[] Header(int type, int size, params (int, int, byte[])[] more) => Struct([
        (1, Number, Zigzag(type)), (2, Number, Zigzag(size)), (3, Number, Zigzag(size)), .. more]);

    private static byte[] Packed(int zeros)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            byte[] some = new byte[1 << 16];
            for (int done = 0; done < zeros; done += some.Length)
            {
                gzip.Write(some);
            }
        }
        return packed.ToArray();
    }

    private static byte[] PlainValues(int count) => Struct(
        (1, Number, Zigzag(count)), (2, Number, Zigzag(0)), (3, Number, Zigzag(3)), (4, Number, Zigzag(3)));

    private static byte[] Text(string text) =>
        [.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Struct(params (int Number, int Type, byte[] Value)[] members) =>
        [.. members.SelectMany(member => (byte[])[(byte)member.Type, .. Zigzag(member.Number), .. member.Value]), 0];

    private static byte[] ListOf(int type, params byte[][] elements) =>
        [(byte)(0xf0 | type), .. Unsigned((ulong)elements.Length), .. elements.SelectMany(element => element)];

    private static byte[] Sized(ReadOnlySpan<byte> bytes) => [.. Unsigned((ulong)bytes.Length), .. bytes];

    private static byte[] Zigzag(long number) => Unsigned((ulong)(number << 1) ^ (ulong)(number >> 63));

    private static byte[] Unsigned(ulong number) =>
        number < 128 ? [(byte)number] : [(byte)(number | 128), .. Unsigned(number >> 7)];
}
