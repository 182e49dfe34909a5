using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

public sealed class LoraAdapterTests
{
    private static readonly LoraSettings Settings = new(Rank: 3, Alpha: 6, LoraSettings.DecoderLayers);

    [Fact]
    public void A_new_adapter_changes_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create();
        using VisionLanguageNetwork adapted = model.WithAdapter(Settings, seed: 1);
        Assert.Equal(Logits(model), Logits(adapted));
    }

    [Fact]
    public void An_adapter_adds_alpha_over_rank_times_BA_to_each_weight_and_leaves_the_model_as_it_was()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create();
        float[] before = Logits(model);
        using VisionLanguageNetwork adapted = Trained(model, Settings);
        using VisionLanguageNetwork merged = model.Clone();
        using (no_grad())
        {
            foreach (string layer in adapted.Adapter!.Layers)
            {
                Tensor a = adapted.Parameters[$"{layer}.lora_A.weight"]; // [3, in]
                Tensor b = adapted.Parameters[$"{layer}.lora_B.weight"]; // [out, 3]
                merged.Parameters[$"{layer}.weight"].add_(b.matmul(a) * 2);
            }
        }
        float[] expected = Logits(merged);
        float[] actual = Logits(adapted);

        Assert.InRange(Distance(expected, actual), 0, 1e-4);
        Assert.True(Distance(before, actual) > 0.1);
        Assert.Equal(before, Logits(model));
    }

    [Fact]
    public void Only_the_adapter_is_new_in_memory()
    {
        using VisionLanguageNetwork model = SmallModel.Create();
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        VisionLanguageNetwork adapted = model.WithAdapter(Settings, seed: 1);
        int layers = adapted.Adapter!.Layers.Count;

        Assert.Equal((3 * 7) + (2 * 3), layers);
        // And the frequencies of the rotary tables, their axes, and the tokens that are never sampled.
        Assert.Equal(tensors + (2 * layers) + 3, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.All(model.Parameters.Names, name =>
        {
            Assert.Same(model.Parameters[name], adapted.Parameters[name]);
            Assert.True(adapted.Parameters.IsShared(name));
        });
        string[] added = [.. adapted.Parameters.Names.Except(model.Parameters.Names)];
        Assert.Equal(2 * layers, added.Length);
        Assert.All(added, name => Assert.False(adapted.Parameters.IsShared(name)));
        Assert.Equal([3, 48], adapted.Parameters["model.layers.2.mlp.down_proj.lora_A.weight"].shape);
        Assert.Equal([32, 3], adapted.Parameters["model.layers.2.mlp.down_proj.lora_B.weight"].shape);

        adapted.Dispose();
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.All(Logits(model), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(true, 3 + 2)]
    [InlineData(false, 3)]
    public void Targets_are_last_names_and_the_vision_tower_is_optional(bool vision, int expected)
    {
        using VisionLanguageNetwork model = SmallModel.Create();
        using VisionLanguageNetwork adapted =
            model.WithAdapter(Settings with { Targets = ["up_proj"], Vision = vision }, seed: 1);
        Assert.Equal(expected, adapted.Adapter!.Layers.Count);
        Assert.All(adapted.Adapter.Layers, layer => Assert.EndsWith(".mlp.up_proj", layer));
        Assert.Equal(vision, adapted.Adapter.Layers.Any(layer => layer.Contains("visual.")));
    }

    [Fact]
    public void A_starts_uniform_and_B_at_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create();
        using VisionLanguageNetwork adapted = model.WithAdapter(Settings with { Rank = 200 }, seed: 1);
        using VisionLanguageNetwork again = model.WithAdapter(Settings with { Rank = 200 }, seed: 1);
        using VisionLanguageNetwork other = model.WithAdapter(Settings with { Rank = 200 }, seed: 2);
        const string First = "model.layers.0.self_attn.q_proj.lora_A.weight";
        const string Second = "model.layers.1.self_attn.q_proj.lora_A.weight";

        float[] values = Values(adapted, First);
        double bound = 1 / Math.Sqrt(32);
        Assert.All(values, value => Assert.InRange(value, -bound, bound));
        Assert.Equal(0, values.Average(), 0.05 * bound);
        Assert.Equal(bound * bound / 3, values.Average(value => value * value), 0.05 * bound * bound);
        Assert.All(Values(adapted, First.Replace("lora_A", "lora_B")), value => Assert.Equal(0, value));
        Assert.Equal(values, Values(again, First));
        Assert.NotEqual(values, Values(other, First));
        Assert.NotEqual(values, Values(adapted, Second));
    }

    [Fact]
    public void Dropout_follows_from_the_pass_and_ends_with_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create();
        using VisionLanguageNetwork adapted = Trained(model, Settings with { Dropout = 0.3 });
        float[] without = Logits(adapted);
        float[] first = During(5);

        Assert.Equal(first, During(5));
        Assert.NotEqual(first, During(6));
        Assert.NotEqual(first, without);
        Assert.Equal(without, Logits(adapted));

        float[] During(long pass)
        {
            using IDisposable learning = adapted.Adapter!.Dropout.During(pass);
            return Logits(adapted);
        }
    }

    [Fact]
    public void Dropout_keeps_the_expectation_and_differs_from_layer_to_layer()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create();
        using VisionLanguageNetwork adapted = model.WithAdapter(Settings with { Dropout = 0.25 }, seed: 1);
        AdapterDropout dropout = adapted.Adapter!.Dropout;
        Tensor x = full([100, 100], 3.0);
        using IDisposable learning = dropout.During(9);
        float[] dropped = dropout.Apply(x, place: 0).data<float>().ToArray();

        Assert.All(dropped, value => Assert.True(value is 0 or 4));
        Assert.Equal(0.25, dropped.Count(value => value == 0) / 10_000.0, 0.02);
        Assert.NotEqual(dropped, dropout.Apply(x, place: 1).data<float>().ToArray());
    }

    // An adapter whose B is no longer zero.
    private static VisionLanguageNetwork Trained(VisionLanguageNetwork model, LoraSettings settings)
    {
        VisionLanguageNetwork adapted = model.WithAdapter(settings, seed: 1);
        using var noGrad = no_grad();
        using var generator = new Generator(3);
        foreach (string layer in adapted.Adapter!.Layers)
        {
            Tensor b = adapted.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(randn(b.shape, generator: generator) * 0.3);
        }
        return adapted;
    }

    private static float[] Values(VisionLanguageNetwork model, string name) =>
        model.Parameters[name].data<float>().ToArray();

    // As a share of the largest number.
    private static double Distance(float[] left, float[] right) =>
        left.Zip(right, (a, b) => Math.Abs(a - b)).Max() / left.Max(Math.Abs);

    // Of a sequence with an image.
    private static float[] Logits(VisionLanguageNetwork model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ImageFeatures features = model.EncodeImages([SmallModel.Image(4, 4, 1)]);
        SequenceBatch batch = SequenceBatch.Of(
            model.Config, [new([10, 2, 7, 7, 7, 7, 3, 11, 12, 13], [0])], features, PaddingSide.Right, CPU);
        return SmallModel.Logits(model, model.Forward(batch, features)).data<float>().ToArray();
    }
}
