using System.Text.Json.Nodes;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using TorchSharp;
using static Retrace.Models.Tests.SmallModelFolder;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Families;

/// <summary>Folders of all families: written, read, saved again, adapted and exported.</summary>
public sealed class FamilyFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families { get; } = [.. SmallModel.Families];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void A_folder_that_was_saved_loads_as_the_same_model(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(_folder, tied: false, family);
        using VisionLanguageModel model = Load(_folder);
        Assert.Equal(family, model.Family.ModelType);
        model.Save(_folder.Combine("saved"));
        using VisionLanguageModel saved = VisionLanguageModel.Load(_folder.Combine("saved"), type: null, CPU);
        Assert.Equal(ScalarType.Float32, saved.Network.Parameters.Type);
        Assert.Equal(Logits(model), Logits(saved));
    }

    // As in the cache of Hugging Face's client: snapshots/COMMIT/config.json leads to blobs/DIGEST.
    [Fact]
    public void A_folder_of_symbolic_links_loads_as_the_files_that_they_lead_to()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(_folder);
        DirectoryInfo snapshot = Directory.CreateDirectory(_folder.Combine("snapshots/commit"));
        foreach (string file in Directory.GetFiles(_folder.Path))
        {
            string name = Path.GetFileName(file);
            File.CreateSymbolicLink(Path.Combine(snapshot.FullName, name), Path.Combine("..", "..", name));
        }
        using VisionLanguageModel model = Load(_folder);

        using VisionLanguageModel linked = VisionLanguageModel.Load(snapshot.FullName, ScalarType.Float32, CPU);

        Assert.Equal(Logits(model), Logits(linked));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Written_sizes_are_read_back(string family)
    {
        foreach (ModelSize size in (ModelSize[])[.. SmallModel.Family(family).PublishedSizes, SmallModel.Family(family).Tiny])
        {
            ModelConfig config = new(
                SmallModel.Family(family),
                size.Text with
                {
                    VocabularySize = 300,
                    Yarn = new YarnScaling(4, 32768, 30, 2, Truncates: false, AttentionFactor: 1.25),
                },
                size.Vision,
                new TokenIds(0, [1], 2, 3, 4, 5, 6));
            JsonObject json = config.Family.WriteConfig(config);
            ModelConfig read = JsonPart.Parse(
                System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), "config.json", config.Family.ReadConfig);
            Assert.Equal(json.ToJsonString(), config.Family.WriteConfig(read).ToJsonString());
            Assert.Equivalent(config.Text, read.Text, strict: true);
            Assert.Equivalent(config.Vision, read.Vision, strict: true);
            Assert.Empty(read.UnreadKeys);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_exported_adapter_gives_the_logits_of_the_adapted_model(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        WriteModel(_folder, tied: true, family);
        using VisionLanguageModel model = Load(_folder);
        using VisionLanguageModel adapted = model.WithAdapter(
            new LoraSettings(Rank: 2, Alpha: 4, SmallModel.LoraTargets(family)), seed: 1);
        using (no_grad())
        {
            foreach (string layer in adapted.Network.Adapter!.Layers)
            {
                Tensor b = adapted.Network.Parameters[$"{layer}.lora_B.weight"];
                b.copy_(((arange(b.numel()) % 7) - 3).view(b.shape) * 0.05);
            }
        }
        adapted.Save(_folder.Combine("adapter"));
        ModelExport.Write(_folder.Combine("adapter"), _folder.Combine("whole"), storeAs: null, maxShardBytes: 1 << 30);
        using VisionLanguageModel whole =
            VisionLanguageModel.Load(_folder.Combine("whole"), ScalarType.Float32, CPU);

        float[] expected = Logits(adapted);
        float[] actual = Logits(whole);
        float size = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First / size, pair.Second / size, 1e-4f));
        Assert.NotEqual(Logits(model), expected);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void No_damage_to_the_configuration_brings_anything_but_a_complaint(string family)
    {
        ModelConfig config = SmallModel.Config(family: family);
        string[] damaged = [.. JsonTree.Damaged(config.Family.WriteConfig(config))];
        int complaints = damaged.Count(json => Complaint.IsAllThatCanComeOf(() => JsonPart.Parse(
            System.Text.Encoding.UTF8.GetBytes(json), "config.json", config.Family.ReadConfig)));
        Assert.InRange(complaints, damaged.Length / 3, damaged.Length - 1);
    }

    // (value / 255 − mean) / std of each channel, in patches of the family's size.
    [Theory]
    [InlineData("qwen2_vl", 14, -1.792262534, 0.168897239, 2.145896989)]
    [InlineData("qwen2_5_vl", 14, -1.792262534, 0.168897239, 2.145896989)]
    [InlineData("qwen3_vl", 16, -1, 0.003921569, 1)]
    [InlineData("qwen3_vl_moe", 16, -1, 0.003921569, 1)]
    public void Images_become_the_patches_of_the_family(string family, int patch, double red, double green, double blue)
    {
        var processor = new ImageProcessor(SmallModel.Family(family).ImageDefaults with { MinPixels = 1 });
        byte[] rgb = [.. Enumerable.Repeat((byte[])[0, 128, 255], 64 * 64).SelectMany(pixel => pixel)];
        ProcessedImage processed = processor.Process(new Retrace.Problems.PixelImage(64, 64, rgb));
        Assert.Equal(new ImageGrid(1, 4, 4), processed.Grid);
        int channel = 2 * patch * patch;
        Assert.All(processed.Patches.Chunk(3 * channel), one =>
        {
            Assert.All(one[..channel], value => Assert.Equal(red, value, 1e-6));
            Assert.All(one[channel..(2 * channel)], value => Assert.Equal(green, value, 1e-6));
            Assert.All(one[(2 * channel)..], value => Assert.Equal(blue, value, 1e-6));
        });
    }
}
