namespace Retrace.Data;

/// <summary>Tells image formats apart by their first bytes.</summary>
internal static class ImageSignature
{
    /// <summary>The media type of an encoded image, or null for bytes that start as none we know.</summary>
    public static string? MediaTypeOf(ReadOnlySpan<byte> bytes)
    {
        return bytes switch
        {
            _ when bytes.Length > 8 && bytes[0] == 0x89 && bytes[1..].StartsWith("PNG\r\n"u8) => "image/png",
            _ when bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) => "image/jpeg",
            _ when bytes.StartsWith("GIF8"u8) => "image/gif",
            _ when bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) => "image/webp",
            _ when bytes.StartsWith("BM"u8) => "image/bmp",
            _ => null,
        };
    }
}
