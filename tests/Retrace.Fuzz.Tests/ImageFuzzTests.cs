using System.Net;
using Retrace.Images;
using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Fuzz.Tests;

/// <summary>Image files of every format that is read.</summary>
public sealed class ImageFuzzTests
{
    private static readonly PixelImage Picture = new(
        24, 17, [.. Enumerable.Range(0, 3 * 24 * 17).Select(i => (byte)(i * 37))]);

    // Two frames of two pixels.
    private static readonly byte[] Gif = Convert.FromHexString(
        "47494638396102000100800000000000FFFFFF21F90400000000002C00000000020001000002020C0A0021F904000000"
        + "00002C00000000020001000002020C0A003B");

    [Fact]
    public void Png() => Fuzz("png", ImageDecoder.EncodePng(Picture));

    [Fact]
    public void Jpeg() => Fuzz("jpeg", ImageDecoder.EncodeJpeg(Picture, 80));

    [Fact]
    public void WebP() => Fuzz("webp", Encoded(SKEncodedImageFormat.Webp));

    // The damage is mostly within the Exif data, which are small.
    [Fact]
    public void Orientation_of_PNG() => Fuzzer.Run(
        "png exif",
        500,
        random => WithExif(ByteMutation.Of(Exif, random)),
        bytes => ImageDecoder.Decode(bytes, "fuzzed"),
        allocation: 301_000_000,
        refuses: false);

    [Fact]
    public void Orientation_of_WebP() => Fuzz("webp exif", [.. Encoded(SKEncodedImageFormat.Webp), .. "EXIF"u8, 26, 0, 0, 0, .. Exif]);

    [Fact]
    public void Bmp() => Fuzz("bmp", Bitmap());

    [Fact]
    public void Gifs() => Fuzz("gif", Gif);

    // The header and a directory with the tag Orientation.
    private static readonly byte[] Exif = Convert.FromHexString("49492a00080000000100120103000100000006000000" + "00000000");

    private static byte[] WithExif(byte[] exif)
    {
        byte[] png = ImageDecoder.EncodePng(Picture);
        int place = png.AsSpan().IndexOf("IDAT"u8) - 4;
        byte[] length = BitConverter.GetBytes(IPAddress.HostToNetworkOrder(exif.Length));
        byte[] checksum = new byte[4]; // Exif data are looked at whatever it says.
        return [.. png[..place], .. length, .. "eXIf"u8, .. exif, .. checksum, .. png[place..]];
    }

    // An image of 100 megapixels is allowed, and takes 3 bytes for each; a damaged header may come to that.
    private static void Fuzz(string name, byte[] seed) => Fuzzer.Run(
        name, 250, random => ByteMutation.Of(seed, random), bytes => ImageDecoder.Decode(bytes, "fuzzed"), allocation: 301_000_000);

    private static byte[] Encoded(SKEncodedImageFormat format)
    {
        using SKBitmap bitmap = SKBitmap.Decode(ImageDecoder.EncodePng(Picture));
        using SKData data = bitmap.Encode(format, 80);
        return data.ToArray();
    }

    private static byte[] Bitmap()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        int row = (3 * Picture.Width + 3) / 4 * 4;
        writer.Write("BM"u8);
        writer.Write(54 + (row * Picture.Height));
        writer.Write(0);
        writer.Write(54); // Where the pixels begin.
        writer.Write(40); // The length of what follows.
        writer.Write(Picture.Width);
        writer.Write(Picture.Height);
        writer.Write((short)1);
        writer.Write((short)24);
        writer.Write(new byte[24]);
        writer.Write(new byte[row * Picture.Height]);
        return stream.ToArray();
    }
}
