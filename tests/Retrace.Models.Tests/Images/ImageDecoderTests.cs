using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using Retrace.Images;
using Retrace.Problems;

namespace Retrace.Models.Tests.Images;

public sealed class ImageDecoderTests
{
    private const long MemoryForARefusal = 1_000_000;

    public static TheoryData<string> Names => [.. ImageReference.Read.Files.Select(file => file.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pixels_are_those_that_pillow_reads(string name)
    {
        ImageReference.ImageFile file = Find(name);
        PixelImage image = ImageDecoder.Decode(file.Bytes, name);
        Assert.Equal((file.Width, file.Height), (image.Width, image.Height));
        int largest = file.Rgb.Zip(image.Rgb, (expected, actual) => Math.Abs(expected - actual)).Max();
        Assert.True(largest <= file.Tolerance, $"{name}: a value differs by {largest}");
    }

    [Fact]
    public void What_is_encoded_is_decoded_alike() => Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int).Sample(
        (width, height, seed) =>
        {
            byte[] rgb = new byte[3 * width * height];
            new Random(seed).NextBytes(rgb);
            PixelImage decoded = ImageDecoder.Decode(ImageDecoder.EncodePng(new PixelImage(width, height, rgb)), "x");
            Assert.Equal((width, height), (decoded.Width, decoded.Height));
            Assert.Equal(rgb, decoded.Rgb);
        });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_cut_short_is_refused(string name)
    {
        byte[] bytes = Find(name).Bytes;
        string message = Complaint.Of(() => ImageDecoder.Decode(bytes[..(bytes.Length * 2 / 3)], "pictures/a.img"));
        Assert.Contains("pictures/a.img", message);
        for (int length = 0; length < bytes.Length; length += 7)
        {
            Complaint.IsAllThatCanComeOf(() => ImageDecoder.Decode(bytes[..length], "x"));
        }
    }

    [Fact]
    public void No_damaged_byte_brings_anything_but_a_complaint() => Gen.Select(
            Gen.OneOf(ImageReference.Read.Files), Gen.Int[0, int.MaxValue], Gen.Byte)
        .Sample(
            (file, position, value) =>
            {
                byte[] damaged = [.. file.Bytes];
                damaged[position % damaged.Length] = value;
                Complaint.IsAllThatCanComeOf(() => ImageDecoder.Decode(damaged, "x"));
            },
            iter: 500,
            threads: 1);

    [Fact]
    public void What_is_no_image_is_refused() => Gen.Byte.Array[0, 100].Sample(bytes =>
        Assert.Contains("x.png", Complaint.Of(() => ImageDecoder.Decode(bytes, "x.png"))));

    [Theory]
    [InlineData(50_000, 1)]
    [InlineData(1, 20_001)]
    [InlineData(60_000, 60_000)]
    [InlineData(10_001, 10_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_large_png_is_refused_before_memory_is_taken(int width, int height) =>
        AssertTooLarge(Png(width, height), width, height);

    [Fact]
    public void A_large_image_of_another_kind_is_refused_before_memory_is_taken()
    {
        byte[] bitmap = [.. Find("rgb.bmp").Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(18), 60_000);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(22), 60_000);
        AssertTooLarge(bitmap, 60_000, 60_000);

        byte[] gif = [.. Find("palette.gif").Bytes];
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(6), 60_000);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(8), 60_000);
        AssertTooLarge(gif, 60_000, 60_000);

        byte[] jpeg = [.. Find("fields.jpg").Bytes];
        int frame = jpeg.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), 60_000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), 60_000);
        AssertTooLarge(jpeg, 60_000, 60_000);

        // 14 bits for each side after the signature; no WebP can be larger.
        byte[] webp = [.. Find("rgb.webp").Bytes];
        uint sides = BinaryPrimitives.ReadUInt32LittleEndian(webp.AsSpan(21));
        BinaryPrimitives.WriteUInt32LittleEndian(webp.AsSpan(21), sides | 0x0FFFFFFF);
        AssertTooLarge(webp, 16_384, 16_384);
    }

    private static ImageReference.ImageFile Find(string name) =>
        ImageReference.Read.Files.Single(file => file.Name == name);

    private static void AssertTooLarge(byte[] bytes, int width, int height)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Complaint.Of(() => ImageDecoder.Decode(bytes, "bomb"));
        Assert.Contains("bomb", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryForARefusal);
        if (Math.Max(width, height) < 1_000_000) // the format's library reads no larger header
        {
            Assert.Contains($"{width} × {height} pixels", message);
        }
    }

    // One row of zeros, whatever the header says.
    private static byte[] Png(int width, int height)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits; the colour type 0 is grey
        var row = new MemoryStream();
        using (var compressed = new ZLibStream(row, CompressionLevel.Fastest, leaveOpen: true))
        {
            compressed.Write(new byte[100]);
        }
        return
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, row.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(
            chunk.AsSpan(chunk.Length - 4), CyclicRedundancyCheck(chunk.AsSpan(4, content.Length + 4)));
        return chunk;
    }

    private static uint CyclicRedundancyCheck(ReadOnlySpan<byte> bytes)
    {
        uint check = uint.MaxValue;
        foreach (byte value in bytes)
        {
            check ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                check = (check >> 1) ^ ((check & 1) * 0xEDB88320);
            }
        }
        return ~check;
    }
}
