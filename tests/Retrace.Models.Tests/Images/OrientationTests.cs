using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Retrace.Images;
using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Models.Tests.Images;

/// <summary>The orientation that a camera noted in Exif data, in each kind of file that carries them.</summary>
public sealed class OrientationTests
{
    // Two by three pixels, each of its own grey: 10 20 / 30 40 / 50 60.
    private static readonly PixelImage Picture = new(2, 3, [.. Enumerable.Range(1, 6).SelectMany(Grey)]);

    // What is seen, row by row: Exif 2.3, 4.6.4, the tag Orientation.
    public static TheoryData<int, int, int[]> Seen => new()
    {
        { 1, 2, [10, 20, 30, 40, 50, 60] },
        { 2, 2, [20, 10, 40, 30, 60, 50] },
        { 3, 2, [60, 50, 40, 30, 20, 10] },
        { 4, 2, [50, 60, 30, 40, 10, 20] },
        { 5, 3, [10, 30, 50, 20, 40, 60] },
        { 6, 3, [50, 30, 10, 60, 40, 20] },
        { 7, 3, [60, 40, 20, 50, 30, 10] },
        { 8, 3, [20, 40, 60, 10, 30, 50] },
    };

    [Theory]
    [MemberData(nameof(Seen))]
    public void A_PNG_is_turned_as_its_eXIf_chunk_says(int orientation, int width, int[] greys)
    {
        foreach (bool isLittle in (bool[])[true, false])
        {
            foreach (bool behind in (bool[])[true, false])
            {
                AssertSeen(WithChunk(Tiff(orientation, isLittle), behind), width, greys);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seen))]
    public void A_WebP_is_turned_as_its_EXIF_chunk_says(int orientation, int width, int[] greys)
    {
        AssertSeen(WebP(Tiff(orientation, isLittle: true)), width, greys);
        AssertSeen(WebP([.. "Exif\0\0"u8, .. Tiff(orientation, isLittle: false)]), width, greys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("49492a00")]
    [InlineData("49492a00ffffff7f")]
    [InlineData("49492a0008000000ffff")]
    [InlineData("49492a00080000000100120103000100000009000000")] // Orientation 9.
    [InlineData("49492a00080000000100120102000100000006000000")] // As text.
    [InlineData("4d4d2a00080000000100120103000100000006000000")]
    public void Damaged_Exif_data_turn_nothing(string tiff) =>
        AssertSeen(WithChunk(Convert.FromHexString(tiff), behind: false), 2, [10, 20, 30, 40, 50, 60]);

    [Fact]
    public void A_chunk_that_claims_more_than_the_file_has_turns_nothing()
    {
        byte[] file = WithChunk(Tiff(6, isLittle: true), behind: true);
        int place = file.AsSpan().IndexOf("eXIf"u8);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(place - 4), uint.MaxValue);
        AssertSeen(file, 2, [10, 20, 30, 40, 50, 60]);
    }

    private static void AssertSeen(byte[] file, int width, int[] greys)
    {
        PixelImage seen = ImageDecoder.Decode(file, "turned");
        Assert.Equal((width, 6 / width), (seen.Width, seen.Height));
        Assert.Equal(greys, seen.Rgb.Chunk(3).Select(pixel => (int)pixel[0]));
    }

    private static byte[] Grey(int value) => [(byte)(10 * value), (byte)(10 * value), (byte)(10 * value)];

    // A header, and a directory of two entries: the width of the image, and its orientation.
    private static byte[] Tiff(int orientation, bool isLittle)
    {
        byte[] tiff = new byte[38];
        (isLittle ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Write(4, 8, 4);
        Write(8, 2, 2);
        Write(10, 0x0100, 2);
        Write(12, 3, 2);
        Write(14, 1, 4);
        Write(18, 2, 2);
        Write(22, 0x0112, 2);
        Write(24, 3, 2);
        Write(26, 1, 4);
        Write(30, orientation, 2);
        return tiff;

        void Write(int at, int value, int bytes)
        {
            for (int i = 0; i < bytes; i++)
            {
                tiff[at + i] = (byte)(value >> (8 * (isLittle ? i : bytes - 1 - i)));
            }
        }
    }

    private static byte[] WithChunk(byte[] exif, bool behind)
    {
        byte[] png = ImageDecoder.EncodePng(Picture);
        int place = png.AsSpan().IndexOf(behind ? "IEND"u8 : "IDAT"u8) - 4;
        byte[] chunk = new byte[12 + exif.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, exif.Length);
        Encoding.ASCII.GetBytes("eXIf").CopyTo(chunk, 4);
        exif.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + exif.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + exif.Length)));
        return [.. png[..place], .. chunk, .. png[place..]];
    }

    // The extended form: VP8X with the flag of Exif data, the lossless pixels, and the chunk.
    private static byte[] WebP(byte[] exif)
    {
        using SKBitmap bitmap = SKBitmap.Decode(ImageDecoder.EncodePng(Picture));
        using SKPixmap pixels = bitmap.PeekPixels();
        using SKData lossless = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))!;
        byte[] extended = [0x08, 0, 0, 0, 1, 0, 0, 2, 0, 0]; // Width and height less one.
        byte[] content =
        [
            .. "WEBP"u8, .. Chunk("VP8X", extended), .. PixelChunk(lossless.ToArray()), .. Chunk("EXIF", exif),
        ];
        return Chunk("RIFF", content);
    }

    private static byte[] PixelChunk(byte[] file)
    {
        int place = file.AsSpan().IndexOf("VP8L"u8);
        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(place + 4));
        return Chunk("VP8L", file[(place + 8)..(place + 8 + length)]);
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. length, .. content, .. content.Length % 2 == 1 ? [0] : (byte[])[]];
    }
}
