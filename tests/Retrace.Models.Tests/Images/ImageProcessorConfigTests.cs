using System.Text.Json.Nodes;
using Retrace.Models.Images;
using Retrace.Models.Network;

namespace Retrace.Models.Tests.Images;

public sealed class ImageProcessorConfigTests
{
    // As the published Qwen2.5-VL folders hold it.
    private const string Published =
        """
        {
          "min_pixels": 3136,
          "max_pixels": 12845056,
          "patch_size": 14,
          "temporal_patch_size": 2,
          "merge_size": 2,
          "image_mean": [0.48145466, 0.4578275, 0.40821073],
          "image_std": [0.26862954, 0.26130258, 0.27577711],
          "image_processor_type": "Qwen2VLImageProcessor",
          "processor_class": "Qwen2_5_VLProcessor"
        }
        """;

    [Fact]
    public void The_published_file_holds_the_defaults()
    {
        AssertSame(ModelFamilies.Default.ImageDefaults, Load(Published));
        AssertSame(
            ModelFamilies.Default.ImageDefaults with { MinPixels = 3136, MaxPixels = 1_003_520 }, // As the reference.
            Load("{}"));
    }

    // As the published Qwen3-VL folders hold it, by itself and in the joint file of newer tools.
    [Theory]
    [InlineData("qwen3_vl", false)]
    [InlineData("qwen3_vl", true)]
    [InlineData("qwen3_vl_moe", false)]
    public void The_published_file_of_Qwen3_VL_holds_its_defaults(string family, bool joint)
    {
        const string json =
            """
            {
              "size": {"longest_edge": 16777216, "shortest_edge": 65536},
              "patch_size": 16,
              "temporal_patch_size": 2,
              "merge_size": 2,
              "image_mean": [0.5, 0.5, 0.5],
              "image_std": [0.5, 0.5, 0.5],
              "processor_class": "Qwen3VLProcessor",
              "image_processor_type": "Qwen2VLImageProcessorFast"
            }
            """;
        using var folder = new TemporaryFolder();
        folder.Write(
            joint ? "processor_config.json" : "preprocessor_config.json", joint ? $"{{\"image_processor\": {json}}}" : json);
        ModelFamily found = ModelFamilies.All.First(one => one.ModelType == family);
        AssertSame(found.ImageDefaults, found.LoadImages(folder.Path));
    }

    [Fact]
    public void Every_setting_is_read_and_written()
    {
        using var folder = new TemporaryFolder();
        ImageProcessorConfig config = ModelFamilies.Default.ImageDefaults with
        {
            MinPixels = 100,
            MaxPixels = 5000,
            PatchSize = 7,
            TemporalPatchSize = 3,
            MergeSize = 4,
            ImageMean = [0.1, 0.2, 0.3],
            ImageStd = [0.4, 0.5, 0.6],
        };
        config.Save(folder.Path);
        AssertSame(config, ModelFamilies.Default.LoadImages(folder.Path));
        JsonObject file = JsonNode.Parse(File.ReadAllText(folder.Combine("preprocessor_config.json")))!.AsObject();
        JsonObject published = JsonNode.Parse(Published)!.AsObject();
        Assert.Equal("Qwen2VLImageProcessor", file["image_processor_type"]!.GetValue<string>());
        Assert.Equal(published.Select(pair => pair.Key).Order(), file.Select(pair => pair.Key).Order());
    }

    [Theory]
    [InlineData("""{"size": SIZE, "min_pixels": null, "max_pixels": null}""", 4000, 50000)]
    [InlineData("""{"size": SIZE, "max_pixels": 60000}""", 4000, 60000)]
    public void The_bounds_of_newer_files_are_read(string json, int minPixels, int maxPixels)
    {
        const string size = """{"shortest_edge": 4000, "longest_edge": 50000}""";
        ImageProcessorConfig config = Load(json.Replace("SIZE", size, StringComparison.Ordinal));
        Assert.Equal((minPixels, maxPixels), (config.MinPixels, config.MaxPixels));
    }

    [Theory]
    [InlineData("""{"size": {"height": 4}}""", "\"size.shortest_edge\"")]
    [InlineData("""{"patch_size": "14"}""", "\"14\" for \"patch_size\" instead of a whole number")]
    [InlineData("""{"patch_size": 0}""", "patch_size")]
    [InlineData("""{"patch_size": 2000000000}""", "patch_size")]
    [InlineData("""{"merge_size": -2}""", "merge_size")]
    [InlineData("""{"temporal_patch_size": 1.5}""", "temporal_patch_size")]
    [InlineData("""{"min_pixels": 0}""", "min_pixels")]
    [InlineData("""{"max_pixels": 3000}""", "it must reach min_pixels 3136")]
    [InlineData("""{"min_pixels": 10, "max_pixels": 700}""", "the 784 pixels of one token")]
    [InlineData("""{"max_pixels": 99999999999}""", "max_pixels")]
    [InlineData("""{"image_mean": [0.5, 0.5]}""", "image_mean")]
    [InlineData("""{"image_mean": [0.5, 0.5, 1e999]}""", "image_mean")]
    [InlineData("""{"image_mean": [0.5, "x", 0.5]}""", "image_mean[1]")]
    [InlineData("""{"image_std": [0.5, 0, 0.5]}""", "image_std")]
    [InlineData("""{"do_resize": false}""", "do_resize false")]
    [InlineData("""{"do_rescale": false}""", "do_rescale false")]
    [InlineData("""{"do_normalize": false}""", "do_normalize false")]
    [InlineData("""{"resample": 2}""", "resample 2")]
    [InlineData("""{"rescale_factor": 0.0078125}""", "rescale_factor 0.0078125")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer, not the data; fetch it with git lfs pull")]
    [InlineData("null", "null instead of an object")]
    [InlineData("{", "no valid JSON")]
    public void What_cannot_be_used_is_named(string json, string expected)
    {
        string message = Complaint.Of(() => Load(json));
        Assert.Contains("preprocessor_config.json", message);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void No_damage_brings_anything_but_a_complaint()
    {
        string[] damaged = [.. JsonTree.Damaged(JsonNode.Parse(Published)!)];
        int complaints = damaged.Count(json => Complaint.IsAllThatCanComeOf(() => Load(json)));
        Assert.InRange(complaints, damaged.Length / 2, damaged.Length - 1);
    }

    // What transformers 5 writes, which reads it before the older file.
    [Theory]
    [InlineData("""{"image_processor": {"size": {"shortest_edge": 4000, "longest_edge": 50000}}}""", true, 50000)]
    [InlineData("""{"image_processor": {"max_pixels": 60000}, "video_processor": {"max_pixels": 1}}""", false, 60000)]
    [InlineData("""{"processor_class": "Qwen2_5_VLProcessor"}""", true, 70000)]
    public void The_joint_file_of_newer_tools_goes_first(string joint, bool older, int maxPixels)
    {
        using var folder = new TemporaryFolder();
        folder.Write("processor_config.json", joint);
        if (older)
        {
            folder.Write("preprocessor_config.json", """{"max_pixels": 70000}""");
        }
        Assert.Equal(maxPixels, ModelFamilies.Default.LoadImages(folder.Path).MaxPixels);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(
            folder.Combine("preprocessor_config.json"),
            Complaint.Of(() => ModelFamilies.Default.LoadImages(folder.Path)));
    }

    private static void AssertSame(ImageProcessorConfig expected, ImageProcessorConfig actual) =>
        Assert.Equivalent(expected, actual, strict: true);

    private static ImageProcessorConfig Load(string json)
    {
        using var folder = new TemporaryFolder();
        folder.Write("preprocessor_config.json", json);
        return ModelFamilies.Default.LoadImages(folder.Path);
    }
}
