using Retrace.Models;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Pretraining.Tests;

/// <summary>The presets against what is published of each size.</summary>
public sealed class RandomCheckpointTests
{
    // Weights and tensors as the published index files have them: total_size is two bytes a weight.
    [Theory]
    [InlineData("qwen2.5-vl-3b-random", 3_754_622_976, 824, 151936, 2048, 36, 11008, 16, 2, true)]
    [InlineData("qwen2.5-vl-7b-random", 8_292_166_656, 729, 152064, 3584, 28, 18944, 28, 4, false)]
    public void Names_and_shapes_are_those_of_the_published_checkpoint(
        string preset,
        long weights,
        int tensors,
        int vocabulary,
        int hidden,
        int layers,
        int intermediate,
        int heads,
        int keyValueHeads,
        bool tied)
    {
        using DisposeScope scope = NewDisposeScope();
        (ModelFamily family, ModelSize size) = RandomCheckpoint.Find(preset);
        var config = new ModelConfig(family, size.Text, size.Vision, new TokenIds(0, [1], 2, 3, 4, 5, 6));
        using var layout = new VisionLanguageNetwork(config, ScalarType.BFloat16, META); // Shapes without memory.
        int keyValue = hidden / heads * keyValueHeads;
        Dictionary<string, long[]> expected =
            Tower(hidden).Concat(Decoder()).ToDictionary(pair => pair.Name, pair => pair.Shape);

        Assert.Equal(expected.Keys.Order(), layout.Parameters.Names.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value, layout.Parameters[pair.Key].shape));
        Assert.Equal(tensors, expected.Count);
        Assert.Equal(weights, layout.Parameters.Count);

        IEnumerable<(string Name, long[] Shape)> Decoder()
        {
            yield return ("model.embed_tokens.weight", [vocabulary, hidden]);
            for (int layer = 0; layer < layers; layer++)
            {
                string block = $"model.layers.{layer}";
                yield return ($"{block}.input_layernorm.weight", [hidden]);
                yield return ($"{block}.self_attn.q_proj.weight", [hidden, hidden]);
                yield return ($"{block}.self_attn.q_proj.bias", [hidden]);
                yield return ($"{block}.self_attn.k_proj.weight", [keyValue, hidden]);
                yield return ($"{block}.self_attn.k_proj.bias", [keyValue]);
                yield return ($"{block}.self_attn.v_proj.weight", [keyValue, hidden]);
                yield return ($"{block}.self_attn.v_proj.bias", [keyValue]);
                yield return ($"{block}.self_attn.o_proj.weight", [hidden, hidden]);
                yield return ($"{block}.post_attention_layernorm.weight", [hidden]);
                yield return ($"{block}.mlp.gate_proj.weight", [intermediate, hidden]);
                yield return ($"{block}.mlp.up_proj.weight", [intermediate, hidden]);
                yield return ($"{block}.mlp.down_proj.weight", [hidden, intermediate]);
            }
            yield return ("model.norm.weight", [hidden]);
            if (!tied)
            {
                yield return ("lm_head.weight", [vocabulary, hidden]);
            }
        }
    }

    [Theory]
    [InlineData("qwen2_vl")]
    [InlineData("qwen2_5_vl")]
    [InlineData("qwen3_vl")]
    [InlineData("qwen3_vl_moe")]
    public void A_random_checkpoint_is_loaded_in_the_type_that_it_is_stored_in(string type)
    {
        string folder = Directory.CreateTempSubdirectory("retrace-test-").FullName;
        try
        {
            ModelFamily family = ModelFamilies.All.First(one => one.ModelType == type);
            ModelSize size = family.Tiny with { Text = family.Tiny.Text with { VocabularySize = 800 } };
            RandomCheckpoint.Write(family, size, Path.Combine(folder, "model"), seed: 1);
            using VisionLanguageModel model =
                VisionLanguageModel.Load(Path.Combine(folder, "model"), type: null, CPU);
            Assert.Equal(ScalarType.BFloat16, model.Network.Parameters.Type);
            Assert.Equal(type, model.Family.ModelType);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> Tower(int outHidden)
    {
        const int Hidden = 1280;
        const int Intermediate = 3420;
        const int Merged = 4 * Hidden;
        yield return ("visual.patch_embed.proj.weight", [Hidden, 3, 2, 14, 14]);
        for (int layer = 0; layer < 32; layer++)
        {
            string block = $"visual.blocks.{layer}";
            yield return ($"{block}.norm1.weight", [Hidden]);
            yield return ($"{block}.attn.qkv.weight", [3 * Hidden, Hidden]);
            yield return ($"{block}.attn.qkv.bias", [3 * Hidden]);
            yield return ($"{block}.attn.proj.weight", [Hidden, Hidden]);
            yield return ($"{block}.attn.proj.bias", [Hidden]);
            yield return ($"{block}.norm2.weight", [Hidden]);
            yield return ($"{block}.mlp.gate_proj.weight", [Intermediate, Hidden]);
            yield return ($"{block}.mlp.gate_proj.bias", [Intermediate]);
            yield return ($"{block}.mlp.up_proj.weight", [Intermediate, Hidden]);
            yield return ($"{block}.mlp.up_proj.bias", [Intermediate]);
            yield return ($"{block}.mlp.down_proj.weight", [Hidden, Intermediate]);
            yield return ($"{block}.mlp.down_proj.bias", [Hidden]);
        }
        yield return ("visual.merger.ln_q.weight", [Hidden]);
        yield return ("visual.merger.mlp.0.weight", [Merged, Merged]);
        yield return ("visual.merger.mlp.0.bias", [Merged]);
        yield return ("visual.merger.mlp.2.weight", [outHidden, Merged]);
        yield return ("visual.merger.mlp.2.bias", [outHidden]);
    }

    // As many as the published files have, or as transformers 5.12 makes of the published configurations.
    [Theory]
    [InlineData("qwen2.5-vl-32b-random", 33_452_718_336, "visual.blocks.31.mlp.gate_proj.weight", new long[] { 3456, 1280 })]
    [InlineData("qwen2.5-vl-72b-random", 73_410_777_344, "visual.blocks.0.mlp.down_proj.weight", new long[] { 1280, 3456 })]
    [InlineData("qwen2-vl-2b-random", 2_208_985_600, "visual.blocks.31.mlp.fc1.weight", new long[] { 5120, 1280 })]
    [InlineData("qwen2-vl-7b-random", 8_291_375_616, "visual.merger.mlp.2.weight", new long[] { 3584, 5120 })]
    [InlineData("qwen2-vl-72b-random", 73_405_560_320, "visual.merger.mlp.2.weight", new long[] { 8192, 5120 })]
    [InlineData("qwen3-vl-2b-random", 2_127_532_032, "model.visual.pos_embed.weight", new long[] { 2304, 1024 })]
    [InlineData("qwen3-vl-4b-random", 4_437_815_808, "model.language_model.layers.35.self_attn.q_proj.weight", new long[] { 4096, 2560 })]
    [InlineData("qwen3-vl-8b-random", 8_767_123_696, "model.visual.deepstack_merger_list.2.norm.weight", new long[] { 4608 })]
    [InlineData("qwen3-vl-32b-random", 33_357_390_064, "model.language_model.layers.63.self_attn.k_norm.weight", new long[] { 128 })]
    [InlineData("qwen3-vl-30b-a3b-random", 31_070_754_032, "model.language_model.layers.47.mlp.experts.gate_up_proj", new long[] { 128, 1536, 2048 })]
    public void Other_sizes_and_families_have_the_weights_of_the_reference(string preset, long weights, string name, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        (ModelFamily family, ModelSize size) = RandomCheckpoint.Find(preset);
        var config = new ModelConfig(family, size.Text, size.Vision, new TokenIds(0, [1], 2, 3, 4, 5, 6));
        using var layout = new VisionLanguageNetwork(config, ScalarType.BFloat16, META); // Shapes without memory.
        Assert.Equal(shape, layout.Parameters[name].shape);
        Assert.Equal(weights, layout.Parameters.Count);
    }
}
