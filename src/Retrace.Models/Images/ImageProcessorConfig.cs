using System.Text.Json;
using System.Text.Json.Serialization;
using Retrace.Models.Json;

namespace Retrace.Models.Images;

/// <summary>
/// How images become patches: the hub's <c>preprocessor_config.json</c>, or what newer tools write in its place, the
/// part
/// <c>image_processor</c> of <c>processor_config.json</c>.
/// </summary>
public sealed record ImageProcessorConfig
{
    private const string FileName = "preprocessor_config.json";
    private const string JointFileName = "processor_config.json";
    private const string Part = "image_processor";
    private const int Bicubic = 3; // As PIL counts its filters.

    /// <summary>
    /// The largest side of a patch, in pixels, and of a merged square, in patches, that is accepted: far above any
    /// model's, and small enough that products of two sides and of patches fit into an int.
    /// </summary>
    public const int MaximumSide = 128;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The least pixels of a resized image.</summary>
    public required int MinPixels { get; init; }

    /// <summary>The most pixels of a resized image.</summary>
    public required int MaxPixels { get; init; }

    /// <summary>The side of a patch in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>The frames in a patch; a still image is repeated to fill them.</summary>
    public required int TemporalPatchSize { get; init; }

    /// <summary>The side, in patches, of the square that becomes one token.</summary>
    public required int MergeSize { get; init; }

    /// <summary>Subtracted from each channel (R, G, B) after it is scaled to 0…1.</summary>
    public required IReadOnlyList<double> ImageMean { get; init; }

    /// <summary>The divisor of each channel after the mean is subtracted.</summary>
    public required IReadOnlyList<double> ImageStd { get; init; }

    /// <summary>The class in transformers that reads these settings, which its loader looks for.</summary>
    public required string ImageProcessorType { get; init; }

    /// <summary>The class in transformers that joins image processor and tokenizer.</summary>
    public required string ProcessorClass { get; init; }

    /// <summary>
    /// The side in pixels of the square that becomes one token; both sides of an image are multiples.
    /// </summary>
    [JsonIgnore]
    public int Factor => PatchSize * MergeSize;

    /// <summary>The numbers in one patch: 3 · temporal · patch · patch.</summary>
    [JsonIgnore]
    public int PatchLength => 3 * TemporalPatchSize * PatchSize * PatchSize;

    /// <summary>Reads the settings of a model's folder.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="defaults">What holds for keys that are not there.</param>
    /// <exception cref="BadInputException">The file is missing, is not JSON, or holds an impossible size.</exception>
    public static ImageProcessorConfig Load(string directory, ImageProcessorConfig defaults)
    {
        // The newer file goes before the older one, as in the reference.
        string joint = Path.Combine(directory, JointFileName);
        string path = Path.Combine(directory, FileName);
        ImageProcessorConfig? config = File.Exists(joint)
            ? JsonPart.Read(joint, root => root.FindValue(Part) is { } part ? Parse(part, defaults) : null)
            : null;
        path = config is null ? path : joint;
        config ??= JsonPart.Read(path, root => Parse(root, defaults));
        config.Check(path);
        return config;
    }

    /// <summary>
    /// These settings with images of at most <paramref name="maxPixels"/> pixels, if that is fewer; null keeps them.
    /// </summary>
    public ImageProcessorConfig Within(int? maxPixels) => maxPixels is int limit && limit < MaxPixels
        ? this with { MaxPixels = limit, MinPixels = Math.Min(MinPixels, limit) }
        : this;

    /// <summary>Writes the file in the hub's form.</summary>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, Options) + "\n");
    }

    private static ImageProcessorConfig Parse(JsonPart root, ImageProcessorConfig defaults)
    {
        RequireWhatIsComputed(root);
        // Newer tools write the bounds on pixels as "size", with names that say something else.
        JsonPart? size = root.FindValue("size");
        return defaults with
        {
            MinPixels = (root.FindValue("min_pixels") ?? size?["shortest_edge"])?.Integer() ?? defaults.MinPixels,
            MaxPixels = (root.FindValue("max_pixels") ?? size?["longest_edge"])?.Integer() ?? defaults.MaxPixels,
            PatchSize = root.FindValue("patch_size")?.Integer() ?? defaults.PatchSize,
            TemporalPatchSize = root.FindValue("temporal_patch_size")?.Integer() ?? defaults.TemporalPatchSize,
            MergeSize = root.FindValue("merge_size")?.Integer() ?? defaults.MergeSize,
            ImageMean = Numbers(root, "image_mean") ?? defaults.ImageMean,
            ImageStd = Numbers(root, "image_std") ?? defaults.ImageStd,
        };
    }

    private static void RequireWhatIsComputed(JsonPart root)
    {
        foreach (string step in (string[])["do_resize", "do_rescale", "do_normalize"])
        {
            if (root.FindValue(step)?.Flag() is false)
            {
                throw new BadInputException(
                    $"The image settings {root.File} have {step} false; Retrace resizes, rescales and normalises images.");
            }
        }
        if (root.FindValue("resample")?.Integer() is int filter && filter != Bicubic)
        {
            throw new BadInputException(
                $"The image settings {root.File} have resample {filter}; Retrace resizes bicubically, which is {Bicubic}.");
        }
        if (root.FindValue("rescale_factor")?.Number() is double factor && Math.Abs((factor * 255) - 1) > 1e-6)
        {
            throw new BadInputException(
                $"The image settings {root.File} have rescale_factor {factor}; Retrace divides by 255.");
        }
    }

    private static double[]? Numbers(JsonPart root, string key) =>
        root.FindValue(key) is { } list ? [.. list.Items().Select(number => number.Number())] : null;

    private void Check(string path)
    {
        if (!IsSide(PatchSize) || !IsSide(TemporalPatchSize) || !IsSide(MergeSize) || MinPixels <= 0)
        {
            throw new BadInputException(
                $"The image settings {path} need patch_size, temporal_patch_size and merge_size from 1 to "
                + $"{MaximumSide} and min_pixels above 0.");
        }
        if (MaxPixels < MinPixels || MaxPixels < Factor * Factor)
        {
            throw new BadInputException(
                $"The image settings {path} have max_pixels {MaxPixels}; it must reach min_pixels {MinPixels} and the "
                + $"{Factor * Factor} pixels of one token.");
        }
        if (ImageMean is not { Count: 3 } || ImageStd is not { Count: 3 }
            || !ImageMean.All(double.IsFinite) || !ImageStd.All(std => std > 0 && double.IsFinite(std)))
        {
            throw new BadInputException(
                $"The image settings {path} need three numbers in image_mean and three above 0 in image_std.");
        }
    }

    private static bool IsSide(int size) => size is >= 1 and <= MaximumSide;
}
