using Retrace.Problems;

namespace Retrace.Data;

/// <summary>How data files refer to images.</summary>
internal static class ImageReference
{
    private const string DataUrlScheme = "data:";
    private const string Base64Marker = ";base64,";
    private const int ShortestEncodedImage = 32; // Characters; no image file is smaller.

    /// <summary>The image that a text stands for: a data URL, base64, or a path below the data file's folder.</summary>
    /// <param name="reference">The text in the record.</param>
    /// <param name="name">Names the image in messages if it is embedded.</param>
    /// <param name="folder">Where paths start.</param>
    /// <exception cref="UnusableRecordException">It is none of these, or there is no such file.</exception>
    public static ProblemImage Parse(string reference, string name, ImageFolder folder)
    {
        if (Embedded(reference) is byte[] bytes)
        {
            return new EmbeddedImage(name, bytes);
        }
        return IsDataUrl(reference)
            ? throw new UnusableRecordException("its image is a data URL that holds no base64")
            : folder.File(reference);
    }

    /// <summary>The bytes of an image that the text itself holds; null where it holds none.</summary>
    public static byte[]? Embedded(string reference)
    {
        if (IsDataUrl(reference))
        {
            int marker = reference.IndexOf(Base64Marker, StringComparison.OrdinalIgnoreCase);
            return marker >= 0 && Decode(reference.AsSpan(marker + Base64Marker.Length)) is { Length: > 0 } bytes
                ? bytes
                : null;
        }
        // The bytes decide, because base64 of a JPEG starts as an absolute path does: "/9j/".
        return reference.Length >= ShortestEncodedImage
            && Decode(reference) is { } decoded
            && ImageSignature.MediaTypeOf(decoded) is not null
                ? decoded
                : null;
    }

    private static bool IsDataUrl(string reference) =>
        reference.StartsWith(DataUrlScheme, StringComparison.OrdinalIgnoreCase);

    private static byte[]? Decode(ReadOnlySpan<char> base64)
    {
        byte[] bytes = new byte[(base64.Length / 4 + 1) * 3];
        return Convert.TryFromBase64Chars(base64, bytes, out int length) ? bytes[..length] : null;
    }
}
