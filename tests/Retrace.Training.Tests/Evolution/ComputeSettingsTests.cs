using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Testing;
using Retrace.Training.Evolution;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Evolution;

public sealed class ComputeSettingsTests
{
    [Theory]
    [InlineData("auto", ScalarType.Float32, ScalarType.Float32)]
    [InlineData("auto", ScalarType.BFloat16, ScalarType.BFloat16)]
    [InlineData("auto", ScalarType.Float16, ScalarType.Float32)] // Which has the numbers of fp16.
    [InlineData("bf16", ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData("fp32", ScalarType.BFloat16, ScalarType.Float32)]
    public void The_type_is_the_checkpoints_own_unless_it_is_named(string dtype, ScalarType stored, ScalarType expected)
    {
        ModelConfig model = SmallModel.Config() with { StoredType = stored };
        Assert.Equal(expected, ComputeSettings.TypeOf(new ModelSettings { Dtype = dtype }, model));
    }

    [Fact]
    public void Nothing_named_is_auto_which_is_said()
    {
        ModelSettings silent = new();
        using VisionLanguageModel model = VisionLanguageModel.Load(Shipped.Model, type: null, CPU);
        Assert.Equal(
            "the model is computed in fp32, as its checkpoint says (model.dtype: auto)",
            ComputeSettings.NoticeOfType(model, silent));
        Assert.Null(ComputeSettings.NoticeOfType(model, silent with { Dtype = "fp32" }));
    }
}
