using Retrace.Models.Images;
using Retrace.Models.Native;
using Retrace.Models.Network;
using Retrace.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

/// <summary>The way of backward passes where libtorch has no custom autograd functions, tried with one that has.</summary>
public sealed class BackwardPassTests
{
    private const double Tolerance = 1e-5;

    private static readonly ProcessedImage Image = SmallModel.Image(4, 6, seed: 2);
    private static readonly TokenSequence Sequence = new([2, 7, 7, 7, 7, 7, 7, 3, 11, 12, 13], [0]);

    public static MatrixTheoryData<string, bool, bool> Networks { get; } =
        new(SmallModel.Families, [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Recorded_parts_give_the_gradients_that_custom_autograd_functions_give(
        string family, bool adapts, bool recomputes)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create(tied: false, family: family);
        using VisionLanguageNetwork? adapter = adapts
            ? start.WithAdapter(new LoraSettings(Rank: 2, Alpha: 4, SmallModel.LoraTargets(family)), seed: 1)
            : null;
        VisionLanguageNetwork model = adapter ?? start;
        if (adapts)
        {
            using var noGrad = no_grad();
            foreach (string layer in model.Adapter!.Layers) // As if it had learned, or A's gradients were 0.
            {
                model.Parameters[$"{layer}.lora_B.weight"].normal_(0, 0.1, new Generator(3));
            }
        }
        model.Train();
        model.RecomputesActivations = recomputes;

        (Dictionary<string, Tensor> expected, List<string> order) = Gradients(model, records: false);
        (Dictionary<string, Tensor> recorded, List<string> orderRecorded) = Gradients(model, records: true);

        Assert.Equal(model.Parameters.Names.Count(name => model.Parameters[name].requires_grad), expected.Count);
        Assert.Equal(expected.Keys, recorded.Keys);
        Assert.All(expected, one => Close.Relative(one.Value, recorded[one.Key], Tolerance, one.Key));
        Assert.Equal(order, orderRecorded);
    }

    // y = a·x², z = Σ (y + b·y): both parts read what came before them, and y is read twice, by a part and by the sum.
    // dz/dy = 1 + b, dz/da = (1 + b)·x² , dz/db = y, dz/dx = (1 + b)·2·a·x.
    [Fact]
    public void Gradients_come_together_where_a_result_is_read_by_several()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(3f).requires_grad_();
        Tensor a = tensor(2f).requires_grad_();
        Tensor b = tensor(5f).requires_grad_();
        int computed = 0;
        using (var pass = BackwardPass.Begin(records: true))
        {
            Tensor before = x.alias(); // So that the gradient has to go on from the first part.
            Tensor y = Recomputation.Of(
                (input, _) =>
                {
                    computed++;
                    return a * input * input;
                },
                before);
            Tensor scaled = Recomputation.Of((input, _) => b * input, y);
            pass.From(y.Plus(scaled));
        }

        Assert.Equal(2, computed);
        Assert.Equal(6f * 9, a.grad!.item<float>());
        Assert.Equal(18f, b.grad!.item<float>());
        Assert.Equal(6f * 12, x.grad!.item<float>());
    }

    // libtorch calls custom functions on a thread of its own there, where an error ends the process.
    [Fact]
    public void On_a_gpu_parts_are_recorded_and_an_error_in_one_comes_back()
    {
        Assert.True(BackwardPass.Records(DeviceType.CUDA));
        Assert.False(BackwardPass.Records(DeviceType.CPU));
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        int computed = 0;
        using var pass = BackwardPass.Begin(records: true);
        Tensor y = Recomputation.Of(
            (input, _) => ++computed == 1 ? input * input : throw new OutOfMemoryException("of the GPU"), x.alias());

        var error = Assert.Throws<OutOfMemoryException>(() => pass.From(y.sum()));

        Assert.Equal("of the GPU", error.Message);
    }

    [Fact]
    public void A_pass_ends_with_its_scope_even_if_nothing_was_differentiated()
    {
        Assert.Null(BackwardPass.Recording);
        using (var outer = BackwardPass.Begin(records: true))
        {
            using Tensor x = ones(2).requires_grad_();
            using Tensor y = GradientHook.On(x, () => Assert.Fail("nothing was differentiated"));
            using (BackwardPass.Begin(records: false))
            {
                Assert.Null(BackwardPass.Recording);
            }
            Assert.Same(outer, BackwardPass.Recording);
        }
        Assert.Null(BackwardPass.Recording);
    }

    // Each parameter's gradient, and the blocks in the order in which theirs were complete.
    private static (Dictionary<string, Tensor> Gradients, List<string> Order) Gradients(
        VisionLanguageNetwork model, bool records)
    {
        List<string> order = [];
        Dictionary<string, Tensor> arrived = [];
        model.BlockDifferentiated = block =>
        {
            order.Add(block);
            foreach (string name in Trained().Where(name => name.StartsWith(block, StringComparison.Ordinal)))
            {
                arrived[name] = model.Parameters[name].grad!.clone().DetachFromDisposeScope();
            }
        };
        using (NewDisposeScope())
        {
            using var pass = BackwardPass.Begin(records);
            ImageFeatures features = model.EncodeImages([Image]);
            SequenceBatch batch =
                SequenceBatch.Of(model.Config, [Sequence, Sequence], features, PaddingSide.Right, CPU);
            Tensor hidden = model.Forward(batch, features);
            Tensor places = tensor((long[])[8, 9, 10, 12, 13]);
            Tensor targets = tensor((long[])[11, 12, 13, 14, 15]);
            using TokenPredictions predictions = TokenPredictions.Of(
                model, hidden, places, targets, temperature: 1, entropies: true, targetsAtOnce: 2);
            pass.From(predictions.LogProbs.mean().Plus(predictions.Entropies!.sum()));
        }
        Assert.NotEmpty(arrived);
        Dictionary<string, Tensor> gradients = [];
        foreach (string name in Trained())
        {
            Tensor gradient = model.Parameters[name].grad!;
            gradients.Add(name, gradient.clone());
            if (arrived.Remove(name, out Tensor? early))
            {
                Assert.True(early.equal(gradient).all().item<bool>(), $"{name} was not complete");
                early.Dispose();
            }
            gradient.zero_();
        }
        return (gradients, order);

        IEnumerable<string> Trained() => model.Parameters.Names.Where(name => model.Parameters[name].requires_grad);
    }
}
