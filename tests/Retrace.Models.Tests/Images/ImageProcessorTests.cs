using CsCheck;
using Retrace.Models.Images;
using Retrace.Problems;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Images;

public sealed class ImageProcessorTests
{
    [Fact]
    public void Sizes_are_those_of_the_published_rule()
    {
        int[][] sizes = ImageReference.Read.Sizes;
        string[] different =
        [
            .. sizes
                .Where(row => ImageProcessor.SmartResize(row[0], row[1], row[2], row[3], row[4]) != (row[5], row[6]))
                .Select(row => string.Join(", ", row)),
        ];
        Assert.True(sizes.Length > 200);
        Assert.Empty(different);
    }

    [Fact]
    public void Sides_are_multiples_within_the_bounds() => Gen.Select(Gen.Int[1, 20_000], Gen.Int[1, 20_000])
        .Where((height, width) => Math.Max(height, width) <= 200 * Math.Min(height, width))
        .Sample((height, width) =>
        {
            (int newHeight, int newWidth) = ImageProcessor.SmartResize(height, width, 28, 3136, 200_704);
            Assert.Equal((0, 0), (newHeight % 28, newWidth % 28));
            Assert.True(newHeight > 0 && newWidth > 0);
            // A strip one square thick cannot be made smaller in both directions.
            Assert.True((long)newHeight * newWidth <= 200_704 || Math.Min(newHeight, newWidth) == 28);
            Assert.True((long)newHeight * newWidth >= 3136);
        });

    [Theory]
    [InlineData(1, 201)]
    [InlineData(2010, 10)]
    public void A_strip_is_refused(int width, int height)
    {
        var processor = new ImageProcessor(ModelFamilies.Default.ImageDefaults);
        string expected = $"{width} × {height}";
        Assert.Contains(expected, Complaint.Of(() => processor.GridOf(width, height)));
        Assert.Contains(expected, Complaint.Of(
            () => processor.Process(new PixelImage(width, height, new byte[3 * width * height]))));
    }

    [Theory]
    [InlineData(4, 2, 2, 24, 16)]
    [InlineData(3, 2, 1, 18, 30)]
    [InlineData(2, 3, 3, 12, 24)]
    [InlineData(14, 2, 2, 84, 56)]
    public void Patches_lie_as_in_the_references_transposition(
        int patch, int merge, int temporal, int width, int height)
    {
        using DisposeScope scope = NewDisposeScope();
        ImageProcessorConfig config = ModelFamilies.Default.ImageDefaults with
        {
            PatchSize = patch,
            MergeSize = merge,
            TemporalPatchSize = temporal,
            MinPixels = 1,
            ImageMean = [0, 0, 0],
            ImageStd = [1, 1, 1],
        };
        byte[] rgb = [.. Enumerable.Range(0, 3 * width * height).Select(i => (byte)(i * 7919 % 251))];
        ProcessedImage processed = new ImageProcessor(config).Process(new PixelImage(width, height, rgb));
        Assert.Equal(new ImageGrid(1, height / patch, width / patch), processed.Grid);

        Tensor expected = (tensor(rgb).view(1, height, width, 3).to(ScalarType.Float64) / 255).to(ScalarType.Float32)
            .permute(0, 3, 1, 2) // [1, channel, height, width]
            .repeat(temporal, 1, 1, 1)
            .reshape(1, temporal, 3, height / patch / merge, merge, patch, width / patch / merge, merge, patch)
            .permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
            .reshape(-1);
        Assert.Equal(expected.data<float>().ToArray(), processed.Patches);
    }

    // (value / 255 - mean) / std, computed by hand to nine digits.
    [Fact]
    public void Values_are_normalised_by_channel()
    {
        var processor = new ImageProcessor(ModelFamilies.Default.ImageDefaults);
        byte[] rgb = [.. Enumerable.Repeat((byte[])[0, 128, 255], 56 * 56).SelectMany(pixel => pixel)];
        ProcessedImage processed = processor.Process(new PixelImage(56, 56, rgb));
        Assert.Equal(new ImageGrid(1, 4, 4), processed.Grid);
        Assert.Equal(4, processed.Grid.TokenCount(2));
        foreach (float[] patch in processed.Patches.Chunk(processor.Config.PatchLength))
        {
            Assert.All(patch[..392], value => Assert.Equal(-1.792262534, value, 1e-6));
            Assert.All(patch[392..784], value => Assert.Equal(0.168897239, value, 1e-6));
            Assert.All(patch[784..], value => Assert.Equal(2.145896989, value, 1e-6));
        }
    }

    [Fact]
    public void The_grid_is_known_without_the_image() => Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90]).Sample(
        (width, height) =>
        {
            var processor = new ImageProcessor(ModelFamilies.Default.ImageDefaults with { MaxPixels = 10_000 });
            ProcessedImage processed = processor.Process(new PixelImage(width, height, new byte[3 * width * height]));
            Assert.Equal(processor.GridOf(width, height), processed.Grid);
            Assert.Equal(processed.Grid.PatchCount * processor.Config.PatchLength, processed.Patches.Length);
        },
        iter: 30);
}
