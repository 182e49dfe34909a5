using System.Text.Json;
using System.Text.Json.Serialization;

namespace Retrace.Models.Images;

/// <summary>How images become patches: the hub's <c>preprocessor_config.json</c>, with the defaults of Qwen2.5-VL.</summary>
public sealed record ImageProcessorConfig
{
    private const string FileName = "preprocessor_config.json";

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
        ImageProcessorConfig config;
        try
        {
            config = JsonSerializer.Deserialize<ImageProcessorConfig>(File.ReadAllBytes(path), Options)
                ?? throw new BadInputException($"The image settings {path} are null instead of an object.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The image settings {path} cannot be read: {error.Message}", error);
        }
        config.Check(path);
        return config;
    }

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

    private void Check(string path)
    {
        if (PatchSize <= 0 || TemporalPatchSize <= 0 || MergeSize <= 0 || MinPixels <= 0)
        {
            throw new BadInputException(
                $"The image settings {path} need patch_size, temporal_patch_size, merge_size and min_pixels above 0.");
        }
        if (MaxPixels < MinPixels || MaxPixels < Factor * Factor)
        {
            throw new BadInputException(
                $"The image settings {path} have max_pixels {MaxPixels}; it must reach min_pixels {MinPixels} and the "
                + $"{Factor * Factor} pixels of one token.");
        }
        if (ImageMean is not { Count: 3 } || ImageStd is not { Count: 3 } || ImageStd.Any(std => !(std > 0)))
        {
            throw new BadInputException(
                $"The image settings {path} need three numbers in image_mean and three above 0 in image_std.");
        }
    }
}
