using System.Text.Json;
using System.Text.Json.Serialization;

namespace Retrace.Models.Images;

/// <summary>How images become patches: the hub's <c>preprocessor_config.json</c>, with the defaults of Qwen2.5-VL.</summary>
public sealed record ImageProcessorConfig
{
    private const string FileName = "preprocessor_config.json";

    // Far above any model's, and small enough that products of two sides and of patches fit into an int.
    internal const int MaximumSide = 128;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The least pixels of a resized image.</summary>
    public int MinPixels { get; init; } = 3136;

    /// <summary>The most pixels of a resized image.</summary>
    public int MaxPixels { get; init; } = 12_845_056;

    /// <summary>The side of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>The frames in a patch; a still image is repeated to fill them.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>The side, in patches, of the square that becomes one token.</summary>
    public int MergeSize { get; init; } = 2;

    /// <summary>Subtracted from each channel (R, G, B) after it is scaled to 0…1.</summary>
    public IReadOnlyList<double> ImageMean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>What each channel is divided by after that.</summary>
    public IReadOnlyList<double> ImageStd { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>The side in pixels of the square that becomes one token; both sides of an image are multiples.</summary>
    [JsonIgnore]
    public int Factor => PatchSize * MergeSize;

    /// <summary>The numbers in one patch: 3 · temporal · patch · patch.</summary>
    [JsonIgnore]
    public int PatchLength => 3 * TemporalPatchSize * PatchSize * PatchSize;

    /// <exception cref="BadInputException">The file is missing, is no JSON or holds a size that cannot be.</exception>
    public static ImageProcessorConfig Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        ImageProcessorConfig config = JsonPart.Read(path, Parse);
        config.Check(path);
        return config;
    }

    /// <summary>The same with images of at most so many pixels, where that is fewer; null leaves it as it is.</summary>
    public ImageProcessorConfig Within(int? maxPixels) => maxPixels is int limit && limit < MaxPixels
        ? this with { MaxPixels = limit, MinPixels = Math.Min(MinPixels, limit) }
        : this;

    /// <summary>Writes the file in the hub's form.</summary>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        var file = JsonSerializer.SerializeToNode(this, Options)!.AsObject();
        // What the hub's loader looks for beside the numbers.
        file["image_processor_type"] = "Qwen2VLImageProcessor";
        file["processor_class"] = "Qwen2_5_VLProcessor";
        File.WriteAllText(Path.Combine(directory, FileName), file.ToJsonString(Options) + "\n");
    }

    private static ImageProcessorConfig Parse(JsonPart root)
    {
        var defaults = new ImageProcessorConfig();
        // Newer tools write the bounds on pixels as "size", with names that say something else.
        JsonPart? size = Given(root, "size");
        return new ImageProcessorConfig
        {
            MinPixels = (Given(root, "min_pixels") ?? size?["shortest_edge"])?.Integer() ?? defaults.MinPixels,
            MaxPixels = (Given(root, "max_pixels") ?? size?["longest_edge"])?.Integer() ?? defaults.MaxPixels,
            PatchSize = Given(root, "patch_size")?.Integer() ?? defaults.PatchSize,
            TemporalPatchSize = Given(root, "temporal_patch_size")?.Integer() ?? defaults.TemporalPatchSize,
            MergeSize = Given(root, "merge_size")?.Integer() ?? defaults.MergeSize,
            ImageMean = Numbers(root, "image_mean") ?? defaults.ImageMean,
            ImageStd = Numbers(root, "image_std") ?? defaults.ImageStd,
        };
    }

    private static JsonPart? Given(JsonPart root, string key) => root.Find(key) is { IsNull: false } part ? part : null;

    private static double[]? Numbers(JsonPart root, string key) =>
        Given(root, key) is { } list ? [.. list.Items().Select(number => number.Number())] : null;

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
