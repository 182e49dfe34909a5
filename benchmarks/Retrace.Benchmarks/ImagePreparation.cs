using System.Diagnostics;
using System.Globalization;
using Retrace.Benchmarks.Measuring;
using Retrace.Images;
using Retrace.Models;
using Retrace.Models.Images;

namespace Retrace.Benchmarks;

/// <summary>
/// How long an image takes to become patches, for benchmarks/beside-pytorch/images.py, which times transformers beside it.
/// </summary>
internal static class ImagePreparation
{
    /// <summary>The argument, with a file of an image, the largest number of pixels and how often.</summary>
    public const string Name = "image";

    /// <summary>Prints the seconds of each time in a line of its own, after one that does not count.</summary>
    public static int Time(string file, int maxPixels, int count)
    {
        byte[] bytes = File.ReadAllBytes(file);
        ImageProcessorConfig config = ImageProcessorConfig.Load(Child.Model, ModelFamilies.Default.ImageDefaults);
        var processor = new ImageProcessor(config with { MaxPixels = maxPixels });
        for (int time = -1; time < count; time++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = processor.Process(ImageDecoder.Decode(bytes, file));
            if (time >= 0)
            {
                Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
            }
        }
        return 0;
    }
}
