using System.Security.Cryptography;
using Retrace.Images;
using Retrace.Problems;

namespace Retrace.Data.Inspection;

/// <summary>The properties by which two images are compared, and which describe one.</summary>
/// <param name="Bytes">SHA-256 of the file: the same file has the same.</param>
/// <param name="Look">The <see cref="PerceptualHash"/> of the pixels: equal for images that look alike.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="MediaType">The media type, such as image/png.</param>
public sealed record ImageFingerprint(string Bytes, ulong Look, int Width, int Height, string MediaType)
{
    private const double SameShape = 1.1; // The widest and the narrowest image that may look the same.

    /// <exception cref="BadInputException">The image cannot be read or decoded.</exception>
    public static ImageFingerprint Of(ProblemImage image)
    {
        byte[] bytes = image.ReadBytes();
        PixelImage pixels = ImageDecoder.Decode(bytes, image.Name);
        return new ImageFingerprint(
            Convert.ToHexString(SHA256.HashData(bytes)),
            PerceptualHash.Of(pixels),
            pixels.Width,
            pixels.Height,
            ImageSignature.MediaTypeOf(bytes) ?? "unknown");
    }

    /// <summary>Whether two images look the same, as those of the same file do.</summary>
    public bool LooksLike(ImageFingerprint other)
    {
        if (PerceptualHash.Distance(Look, other.Look) > PerceptualHash.Near)
        {
            return false;
        }
        double ratio = (double)Width * other.Height / ((double)Height * other.Width);
        return ratio is < SameShape and > 1 / SameShape;
    }
}
