using System.IO.Compression;
using System.Text;
using Retrace.Data;
using Retrace.Images;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Fuzz.Tests;

/// <summary>Small files that claim to be, or unpack to, something huge.</summary>
[Collection(MeasuredMemory.Name)]
public sealed class BombTests : IDisposable
{
    // A quarter of a gigabyte of zeros, packed.
    private static readonly Lazy<byte[]> Zeros = new(() => PackedZeros(256 << 20));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_PNG_that_claims_60000_by_60000_pixels_is_refused_by_its_header() => Bounded(1 << 20, () =>
    {
        byte[] png = ImageDecoder.EncodePng(new PixelImage(1, 1, [1, 2, 3]));
        // Width and height stand behind the signature, the length and the name of IHDR; then its checksum.
        byte[] header = [.. png[12..16], 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, .. png[24..29]];
        byte[] bomb = [.. png[..12], .. header, .. Checksum(header), .. png[33..]];
        BadInputException error = Assert.Throws<BadInputException>(() => ImageDecoder.Decode(bomb, "bomb"));
        Assert.Contains("60000 × 60000", error.Message);
    });

    [Theory]
    [InlineData("zTXt", "a\0\0")]
    [InlineData("iCCP", "a\0\0")]
    [InlineData("iTXt", "a\0\u0001\0\0\0")]
    public void Text_and_profiles_in_a_PNG_are_not_unpacked_without_bound(string chunk, string prefix)
    {
        byte[] png = ImageDecoder.EncodePng(new PixelImage(1, 1, [1, 2, 3]));
        byte[] content = [.. Encoding.Latin1.GetBytes(chunk), .. Encoding.Latin1.GetBytes(prefix), .. Zeros.Value];
        byte[] length = [.. BitConverter.GetBytes(content.Length - 4).Reverse()];
        byte[] bomb = [.. png[..33], .. length, .. content, .. Checksum(content), .. png[33..]];
        long before = Environment.WorkingSet;
        Bounded(4 << 20, () => Assert.Equal([1, 2, 3], ImageDecoder.Decode(bomb, "bomb").Rgb));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 128 << 20);
    }

    [Fact]
    public void A_JPEG_with_a_hundred_scans_and_one_is_refused_undecoded() => Bounded(4 << 20, () =>
    {
        byte[] jpeg = ImageDecoder.EncodeJpeg(new PixelImage(64, 64, new byte[3 * 64 * 64]), quality: 80);
        int scan = jpeg.AsSpan().LastIndexOf((byte[])[0xff, 0xda]);
        byte[] Repeated(int scans) =>
            [.. jpeg[..scan], .. Enumerable.Repeat(jpeg[scan..^2], scans).SelectMany(bytes => bytes), .. jpeg[^2..]];
        Assert.Equal(64, ImageDecoder.Decode(Repeated(1), "one").Width);
        Assert.Contains(
            "101 scans",
            Assert.Throws<BadInputException>(() => ImageDecoder.Decode(Repeated(101), "many")).Message);
    });

    [Fact]
    public void Of_a_GIF_with_a_hundred_thousand_frames_the_first_is_read() => Bounded(8 << 20, () =>
    {
        byte[] head = Convert.FromHexString("47494638396102000100800000000000FFFFFF");
        byte[] frame = Convert.FromHexString("21F904000000000" + "02C00000000020001000002020C0A00");
        byte[] gif = [.. head, .. Enumerable.Repeat(frame, 100_000).SelectMany(bytes => bytes), 0x3b];
        Assert.Equal(2, ImageDecoder.Decode(gif, "frames").Width);
    }, perByte: 8);

    [Fact]
    public void An_image_file_of_half_a_gigabyte_is_refused_unread() => Bounded(1 << 20, () =>
    {
        string path = _folder.Combine("huge.png");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(512L << 20); // Without any content on disk.
        }
        Assert.Contains("at most", Assert.Throws<BadInputException>(() => new ImageFile(path).ReadBytes()).Message);
    });

    private static void Bounded(long most, Action action, int perByte = 0)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most + (perByte * (4L << 20)));
    }

    private static byte[] PackedZeros(int count)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            byte[] zeros = new byte[1 << 16];
            for (int done = 0; done < count; done += zeros.Length)
            {
                zlib.Write(zeros);
            }
        }
        return packed.ToArray();
    }

    // CRC-32 of a chunk's name and content, the most significant byte first.
    private static byte[] Checksum(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }
        return [.. BitConverter.GetBytes(~crc).Reverse()];
    }
}
