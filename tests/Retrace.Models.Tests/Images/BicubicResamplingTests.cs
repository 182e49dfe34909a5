using CsCheck;
using Retrace.Models.Images;
using Retrace.Problems;

namespace Retrace.Models.Tests.Images;

public sealed class BicubicResamplingTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, ImageReference.Read.Resized.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_byte_is_pillows(int row)
    {
        ImageReference.ResizedImage expected = ImageReference.Read.Resized[row];
        var image = new PixelImage(expected.Width, expected.Height, expected.Rgb);
        PixelImage resized = BicubicResampling.Resize(image, expected.NewWidth, expected.NewHeight);
        Assert.Equal((expected.NewWidth, expected.NewHeight), (resized.Width, resized.Height));
        Assert.Equal(expected.NewRgb, resized.Rgb);
    }

    [Fact]
    public void One_colour_stays_that_colour() => Gen
        .Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Byte)
        .Sample((width, height, newWidth, newHeight, value) =>
        {
            byte[] rgb = new byte[3 * width * height];
            Array.Fill(rgb, value);
            PixelImage resized = BicubicResampling.Resize(new PixelImage(width, height, rgb), newWidth, newHeight);
            Assert.All(resized.Rgb, sample => Assert.Equal(value, sample));
        });

    [Fact]
    public void The_same_size_is_the_image_itself()
    {
        var image = new PixelImage(1, 2, [1, 2, 3, 4, 5, 6]);
        Assert.Same(image, BicubicResampling.Resize(image, 1, 2));
    }
}
