using Retrace.Problems;
using SkiaSharp;

namespace Retrace.Images;

/// <summary>Decodes image files (PNG, JPEG, GIF, WebP, BMP) to 8-bit RGB, and encodes PNG and JPEG.</summary>
public static class ImageDecoder
{
    private const int MaximumSide = 20_000;
    private const long MaximumPixels = 100_000_000;

    /// <summary>
    /// Decodes the bytes of an image file. What is transparent is laid on white, and the orientation that a camera
    /// noted is applied.
    /// </summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">Names the image in messages.</param>
    /// <exception cref="BadInputException">
    /// The bytes are no image, are cut short or damaged, or the image is larger than 100 megapixels or 20 000 pixels on
    /// a side, or is decoded in more than 100 scans, which is seen before memory is taken.
    /// </exception>
    public static PixelImage Decode(byte[] bytes, string name)
    {
        using var data = SKData.CreateCopy(bytes);
        using SKCodec codec = SKCodec.Create(data)
            ?? throw new BadInputException($"The image {name} cannot be decoded: it is no PNG, JPEG, GIF, WebP or BMP.");
        SKImageInfo stored = codec.Info;
        if (stored.Width > MaximumSide || stored.Height > MaximumSide
            || (long)stored.Width * stored.Height > MaximumPixels)
        {
            throw new BadInputException(
                $"The image {name} has {stored.Width} × {stored.Height} pixels; at most {MaximumSide} on a side and "
                + $"{MaximumPixels / 1_000_000} megapixels in all can be used.");
        }
        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && JpegScans.Count(bytes) is > JpegScans.Maximum and int scans)
        {
            throw new BadInputException(
                $"The image {name} is a JPEG of {scans} scans, each of which would be decoded; at most "
                + $"{JpegScans.Maximum} can be used.");
        }
        // Unpremultiplied, so that blending with white happens here, in whole numbers, on every machine alike.
        var wanted = new SKImageInfo(stored.Width, stored.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(wanted);
        SKCodecResult result = codec.GetPixels(wanted, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new BadInputException($"The image {name} cannot be decoded: it is cut short or damaged ({result}).");
        }
        return Orient(bitmap.GetPixelSpan(), stored.Width, stored.Height, OriginOf(codec, bytes));
    }

    // The codec knows the orientation of JPEG files, and of WebP files that say so in the usual way.
    private static SKEncodedOrigin OriginOf(SKCodec codec, byte[] file) =>
        codec.EncodedOrigin != SKEncodedOrigin.Default ? codec.EncodedOrigin : codec.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => (SKEncodedOrigin)ExifOrientation.OfPng(file),
            SKEncodedImageFormat.Webp => (SKEncodedOrigin)ExifOrientation.OfWebP(file),
            _ => SKEncodedOrigin.Default,
        };

    /// <summary>Encodes the image as the bytes of a PNG file.</summary>
    public static byte[] EncodePng(PixelImage image) => Encode(image, SKEncodedImageFormat.Png, 100);

    /// <summary>Encodes the image as the bytes of a JPEG file.</summary>
    /// <param name="quality">From 1 to 100, on the scale of the IJG's library.</param>
    public static byte[] EncodeJpeg(PixelImage image, int quality) =>
        Encode(image, SKEncodedImageFormat.Jpeg, quality);

    private static byte[] Encode(PixelImage image, SKEncodedImageFormat format, int quality)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            image.Rgb.AsSpan(3 * i, 3).CopyTo(rgba[(4 * i)..]);
            rgba[4 * i + 3] = 255;
        }
        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    private static PixelImage Orient(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        // EXIF's orientations 5 to 8 exchange the sides.
        bool transposed = origin >= SKEncodedOrigin.LeftTop;
        int newWidth = transposed ? height : width;
        int newHeight = transposed ? width : height;
        byte[] rgb = new byte[3 * newWidth * newHeight];
        for (int y = 0; y < newHeight; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                (int sourceX, int sourceY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (width - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, height - 1 - x),
                    SKEncodedOrigin.RightBottom => (width - 1 - y, height - 1 - x),
                    SKEncodedOrigin.LeftBottom => (width - 1 - y, x),
                    _ => (x, y),
                };
                ReadOnlySpan<byte> pixel = rgba.Slice(4 * (sourceY * width + sourceX), 4);
                int target = 3 * (y * newWidth + x);
                for (int channel = 0; channel < 3; channel++)
                {
                    rgb[target + channel] = OnWhite(pixel[channel], pixel[3]);
                }
            }
        }
        return new PixelImage(newWidth, newHeight, rgb);
    }

    private static byte OnWhite(byte colour, byte alpha) =>
        (byte)((colour * alpha + 255 * (255 - alpha) + 127) / 255);
}
