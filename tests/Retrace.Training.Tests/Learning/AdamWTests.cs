using Retrace.Models;
using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Network;
using Retrace.Testing;
using Retrace.Training.Learning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class AdamWTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_takes_the_steps_of_Torchs_own(bool offload)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = Model();
        Tensor ours = model.Parameters["lm_head.weight"];
        var theirs = new TorchSharp.Modules.Parameter(ours.detach().clone());
        using optim.Optimizer reference = optim.AdamW([theirs], lr: 0.01, weight_decay: 0.1);
        model.Parameters.Train(name => name == "lm_head.weight");
        using var optimizer = new AdamW(model.Parameters, weightDecay: 0.1, offload);

        for (int step = 1; step <= 5; step++)
        {
            (ours * step).sin().sum().backward();
            (theirs * step).sin().sum().backward();
            optimizer.Update(0.01);
            Assert.Null(ours.grad);
            reference.step();
            reference.zero_grad();
        }

        Assert.Equal(5, optimizer.Step);
        Assert.All(optimizer.State, state => Assert.Equal(DeviceType.CPU, state.Tensor.device_type));
        Close.Relative(theirs, ours, 1e-6);
    }

    [Fact]
    public void Clipping_scales_the_joint_norm_down_to_its_bound()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = Model();
        Tensor weights = model.Parameters["lm_head.weight"];
        model.Parameters.Train(name => name == "lm_head.weight");
        using var optimizer = new AdamW(model.Parameters, weightDecay: 0);
        (weights * 3).sum().backward();
        double expected = 3 * Math.Sqrt(weights.numel());

        Close.Relative(expected, optimizer.ClipGradients(1.0), 1e-5);
        Close.Relative(1.0, weights.grad!.norm().item<float>(), 1e-5);
        Close.Relative(1.0, optimizer.ClipGradients(2.0), 1e-5);
    }

    private static VisionLanguageNetwork Model()
    {
        var model = new VisionLanguageNetwork(
            new ModelConfig(
                ModelFamilies.Default,
                new TextConfig(8, 8, 8, 1, 2, 1, 1e-6, 10000, [0, 1], 64, TieWordEmbeddings: false),
                new WindowedVisionConfig(1, 8, 8, 2, 8, 2, 2, 2, 8, [0]),
                new TokenIds(0, [1, 0], 2, 3, 4, 5, 6)),
            ScalarType.Float32,
            CPU);
        model.Initialise(seed: 1);
        return model;
    }
}
