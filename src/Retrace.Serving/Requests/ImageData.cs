using Retrace.Images;
using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Serving.Requests;

/// <summary>Decodes the images of a request. They are part of its body; no URL is ever fetched.</summary>
internal static class ImageData
{
    private const string Scheme = "data:";
    private const string Marker = ";base64,";

    /// <summary>
    /// Decodes an image from a data URL or, if <paramref name="plain"/> is true, from bare base64 too.
    /// </summary>
    /// <param name="name">What error messages call the image.</param>
    /// <exception cref="ApiException">The text is no image, or the image is larger than allowed.</exception>
    public static PixelImage Read(string text, string name, ServerLimits limits, bool plain)
    {
        int marker = text.IndexOf(Marker, StringComparison.OrdinalIgnoreCase);
        bool isDataUrl = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && marker >= 0;
        if (!isDataUrl && !plain)
        {
            throw ApiException.BadRequest($"{name} is no data URL with base64, such as data:image/png;base64,…");
        }
        ReadOnlySpan<char> base64 = isDataUrl ? text.AsSpan(marker + Marker.Length) : text;
        byte[] bytes = new byte[((base64.Length / 4) + 1) * 3];
        if (!Convert.TryFromBase64Chars(base64, bytes, out int length))
        {
            throw ApiException.BadRequest($"{name} holds no valid base64.");
        }
        byte[] file = bytes[..length];
        CheckSize(file, name, limits);
        return ImageDecoder.Decode(file, name);
    }

    private static void CheckSize(byte[] file, string name, ServerLimits limits)
    {
        using var data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is not null && (long)codec.Info.Width * codec.Info.Height > limits.MaxImagePixels)
        {
            throw ApiException.BadRequest(
                $"{name} has {codec.Info.Width} × {codec.Info.Height} pixels; at most {limits.MaxImagePixels} are "
                + "taken.");
        }
    }
}
