using Retrace.Problems;

namespace Retrace.Models.Images;

/// <summary>
/// Turns an image into the patches the vision tower reads: resized, scaled to 0…1, normalised and cut up, as the
/// public implementations of the Qwen-VL models do it: sides become multiples of a token's, near the image's own shape.
/// </summary>
public sealed class ImageProcessor(ImageProcessorConfig config)
{
    private const int MaximumAspectRatio = 200;

    /// <summary>The settings the patches are made with.</summary>
    public ImageProcessorConfig Config { get; } = config;

    /// <summary>The size an image is given: multiples of the factor, near its shape, within the bounds on pixels.</summary>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="factor">Both sides become multiples of it: patch size · merge size.</param>
    /// <param name="minPixels">The least pixels of the result.</param>
    /// <param name="maxPixels">The most pixels of the result.</param>
    /// <exception cref="BadInputException">One side is more than 200 times the other.</exception>
    public static (int Height, int Width) SmartResize(int height, int width, int factor, int minPixels, int maxPixels)
    {
        if ((double)Math.Max(height, width) / Math.Min(height, width) > MaximumAspectRatio)
        {
            throw new BadInputException(
                $"An image of {width} × {height} pixels is too narrow: one side may be at most {MaximumAspectRatio} "
                + "times the other.");
        }
        // Ties go to the even multiple, as Python's round does it.
        long newHeight = (long)Math.Round((double)height / factor, MidpointRounding.ToEven) * factor;
        long newWidth = (long)Math.Round((double)width / factor, MidpointRounding.ToEven) * factor;
        double area = (double)height * width;
        if (newHeight * newWidth > maxPixels)
        {
            double shrink = Math.Sqrt(area / maxPixels);
            newHeight = Math.Max(factor, (long)Math.Floor(height / shrink / factor) * factor);
            newWidth = Math.Max(factor, (long)Math.Floor(width / shrink / factor) * factor);
        }
        else if (newHeight * newWidth < minPixels)
        {
            double grow = Math.Sqrt(minPixels / area);
            newHeight = (long)Math.Ceiling(height * grow / factor) * factor;
            newWidth = (long)Math.Ceiling(width * grow / factor) * factor;
        }
        return ((int)newHeight, (int)newWidth);
    }

    /// <summary>The grid an image of this size will have, without making it.</summary>
    /// <exception cref="BadInputException">One side is more than 200 times the other.</exception>
    public ImageGrid GridOf(int width, int height)
    {
        (int newHeight, int newWidth) = SmartResize(
            height, width, Config.Factor, Config.MinPixels, Config.MaxPixels);
        return new ImageGrid(1, newHeight / Config.PatchSize, newWidth / Config.PatchSize);
    }

    /// <exception cref="BadInputException">One side of the image is more than 200 times the other.</exception>
    public ProcessedImage Process(PixelImage image)
    {
        ImageGrid grid = GridOf(image.Width, image.Height);
        PixelImage resized = BicubicResampling.Resize(
            image, grid.Width * Config.PatchSize, grid.Height * Config.PatchSize);
        return new ProcessedImage(grid, CutIntoPatches(resized, grid));
    }

    /// <summary>
    /// The pixels that the patches of an image were cut from: resized already, so that processing them again gives the
    /// same patches.
    /// </summary>
    public PixelImage PixelsOf(ProcessedImage image)
    {
        int size = Config.PatchSize;
        int width = image.Grid.Width * size;
        byte[] rgb = new byte[3 * image.Grid.Height * size * width];
        int channelLength = Config.TemporalPatchSize * size * size;
        int source = 0;
        foreach ((int top, int left) in PatchPlaces(image.Grid))
        {
            ReadOnlySpan<float> patch = image.Patches.AsSpan(source, Config.PatchLength);
            for (int channel = 0; channel < 3; channel++)
            {
                double mean = Config.ImageMean[channel];
                double std = Config.ImageStd[channel];
                for (int i = 0; i < size * size; i++)
                {
                    double value = Math.Round(((patch[(channel * channelLength) + i] * std) + mean) * 255);
                    int pixel = ((top + (i / size)) * width) + left + (i % size);
                    rgb[(3 * pixel) + channel] = (byte)Math.Clamp(value, 0, 255);
                }
            }
            source += Config.PatchLength;
        }
        return new PixelImage(width, image.Grid.Height * size, rgb);
    }

    // [height, width, 3] → (grid_h/merge, grid_w/merge, merge, merge, channel, temporal, patch, patch), flattened.
    private float[] CutIntoPatches(PixelImage image, ImageGrid grid)
    {
        float[][] valueOfByte = [.. Enumerable.Range(0, 3).Select(NormalisedValues)];
        float[] patches = new float[grid.PatchCount * Config.PatchLength];
        int target = 0;
        foreach ((int top, int left) in PatchPlaces(grid))
        {
            WritePatch(image, top, left, valueOfByte, patches.AsSpan(target, Config.PatchLength));
            target += Config.PatchLength;
        }
        return patches;
    }

    // The upper left pixels of the patches, in their order.
    private IEnumerable<(int Top, int Left)> PatchPlaces(ImageGrid grid)
    {
        int merge = Config.MergeSize;
        for (int squareRow = 0; squareRow < grid.Height; squareRow += merge)
        {
            for (int squareColumn = 0; squareColumn < grid.Width; squareColumn += merge)
            {
                for (int patch = 0; patch < merge * merge; patch++)
                {
                    yield return (
                        (squareRow + (patch / merge)) * Config.PatchSize,
                        (squareColumn + (patch % merge)) * Config.PatchSize);
                }
            }
        }
    }

    // [channel, temporal, patch, patch]; the frames of a still image are equal.
    private void WritePatch(PixelImage image, int top, int left, float[][] valueOfByte, Span<float> target)
    {
        int size = Config.PatchSize;
        int channelLength = Config.TemporalPatchSize * size * size;
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> frames = target.Slice(channel * channelLength, channelLength);
            for (int y = 0; y < size; y++)
            {
                int source = 3 * ((top + y) * image.Width + left) + channel;
                for (int x = 0; x < size; x++)
                {
                    frames[y * size + x] = valueOfByte[channel][image.Rgb[source + 3 * x]];
                }
            }
            for (int frame = 1; frame < Config.TemporalPatchSize; frame++)
            {
                frames[..(size * size)].CopyTo(frames[(frame * size * size)..]);
            }
        }
    }

    // The reference scales in double precision, then normalises in single precision.
    private float[] NormalisedValues(int channel)
    {
        float mean = (float)Config.ImageMean[channel];
        float std = (float)Config.ImageStd[channel];
        return [.. Enumerable.Range(0, 256).Select(value => ((float)(value * (1.0 / 255)) - mean) / std)];
    }
}
