using System.Buffers.Binary;
using System.IO.Compression;
using Retrace.Problems;

namespace Retrace.Geometry.Figures;

/// <summary>
/// Writes PNG files (ISO/IEC 15948) with a palette where 256 colours suffice, which for drawings takes a third of the
/// bytes that SkiaSharp's encoder needs, as that one knows no palettes.
/// </summary>
internal static class PngEncoder
{
    private const byte TrueColor = 2;
    private const byte Indexed = 3;

    /// <summary>Encodes the image as the bytes of a PNG file.</summary>
    public static byte[] Encode(PixelImage image)
    {
        Dictionary<int, byte>? palette = PaletteOf(image.Rgb);
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n']);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;
        header[9] = palette is null ? TrueColor : Indexed;
        WriteChunk(png, "IHDR"u8, header);
        if (palette is not null)
        {
            byte[] entries = new byte[3 * palette.Count];
            foreach ((int color, byte index) in palette)
            {
                entries[3 * index] = (byte)(color >> 16);
                entries[(3 * index) + 1] = (byte)(color >> 8);
                entries[(3 * index) + 2] = (byte)color;
            }
            WriteChunk(png, "PLTE"u8, entries);
        }
        WriteChunk(png, "IDAT"u8, Compress(Rows(image, palette)));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    // Colours in order of appearance; null if there are more than a palette holds.
    private static Dictionary<int, byte>? PaletteOf(byte[] rgb)
    {
        var palette = new Dictionary<int, byte>();
        for (int i = 0; i < rgb.Length; i += 3)
        {
            int color = ColorAt(rgb, i);
            if (!palette.ContainsKey(color))
            {
                if (palette.Count == 256)
                {
                    return null;
                }
                palette[color] = (byte)palette.Count;
            }
        }
        return palette;
    }

    // Each row after a zero byte: no filter.
    private static byte[] Rows(PixelImage image, Dictionary<int, byte>? palette)
    {
        int pixelBytes = palette is null ? 3 : 1;
        byte[] rows = new byte[((pixelBytes * image.Width) + 1) * image.Height];
        int target = 0;
        for (int y = 0; y < image.Height; y++)
        {
            target++;
            for (int x = 0; x < image.Width; x++)
            {
                int source = 3 * ((y * image.Width) + x);
                if (palette is null)
                {
                    image.Rgb.AsSpan(source, 3).CopyTo(rows.AsSpan(target));
                }
                else
                {
                    rows[target] = palette[ColorAt(image.Rgb, source)];
                }
                target += pixelBytes;
            }
        }
        return rows;
    }

    private static int ColorAt(byte[] rgb, int i) => (rgb[i] << 16) | (rgb[i + 1] << 8) | rgb[i + 2];

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }
        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        int start = (int)png.Length;
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(png.GetBuffer().AsSpan(start, type.Length + data.Length)));
        png.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }
        return ~crc;
    }
}
