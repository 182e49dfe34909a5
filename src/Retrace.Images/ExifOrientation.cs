using System.Buffers.Binary;

namespace Retrace.Images;

/// <summary>
/// Finds the orientation that a camera noted in PNG and WebP files: the tag 0x0112 of their Exif data, 1 to 8, as JPEG
/// files have it. What is damaged counts as 1, upright.
/// </summary>
/// <remarks>
/// PNG, third edition, 11.3.4.5 (eXIf); WebP container specification (EXIF); Exif 2.3 and TIFF 6.0 (directories).
/// </remarks>
internal static class ExifOrientation
{
    private const int Upright = 1;

    private const int Signature = 8;     // Bytes before a PNG file's first chunk.
    private const int RiffHeader = 12;   // Bytes before a WebP file's first chunk.
    private const int TiffHeader = 8;
    private const int DirectoryEntry = 12;
    private const int OrientationTag = 0x0112;
    private const int Short = 3;         // The type of the tag's value, 16 bits.

    /// <summary>Of a PNG file: its eXIf chunk, before or behind the pixels.</summary>
    public static int OfPng(ReadOnlySpan<byte> file)
    {
        // A chunk is its length, its type, its content and a checksum.
        for (int at = Signature; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
            {
                break;
            }
            if (file.Slice(at + 4, 4).SequenceEqual("eXIf"u8))
            {
                return OfTiff(file.Slice(at + 8, (int)length));
            }
            at += 12 + (int)length;
        }
        return Upright;
    }

    /// <summary>Of a WebP file: its EXIF chunk.</summary>
    public static int OfWebP(ReadOnlySpan<byte> file)
    {
        // A chunk is its type, its length and its content, padded to an even length.
        for (int at = RiffHeader; at + 8 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (length > file.Length - at - 8)
            {
                break;
            }
            if (file.Slice(at, 4).SequenceEqual("EXIF"u8))
            {
                return OfTiff(file.Slice(at + 8, (int)length));
            }
            at += 8 + (int)length + ((int)length & 1);
        }
        return Upright;
    }

    private static int OfTiff(ReadOnlySpan<byte> exif)
    {
        // Some writers keep the prefix of JPEG's segment.
        ReadOnlySpan<byte> tiff = exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        bool isLittle = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < TiffHeader || !(isLittle || tiff.StartsWith("MM\0*"u8)))
        {
            return Upright;
        }
        uint directory = isLittle
            ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return Upright;
        }
        ReadOnlySpan<byte> entries = tiff[((int)directory + 2)..];
        int count = Math.Min(Number(tiff[(int)directory..]), entries.Length / DirectoryEntry);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * DirectoryEntry, DirectoryEntry);
            if (Number(entry) == OrientationTag && Number(entry[2..]) == Short)
            {
                return Number(entry[8..]) is >= 1 and <= 8 and var orientation ? orientation : Upright;
            }
        }
        return Upright;

        int Number(ReadOnlySpan<byte> at) => isLittle
            ? BinaryPrimitives.ReadUInt16LittleEndian(at)
            : BinaryPrimitives.ReadUInt16BigEndian(at);
    }
}
