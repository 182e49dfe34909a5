using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class AveragedTeacherTests
{
    [Fact]
    public void The_rate_falls_from_a_hundredth_along_half_a_cosine()
    {
        Assert.Equal(0.01, AveragedTeacher.RateAfter(1, 100), 1e-12);
        Assert.Equal(0.005005, AveragedTeacher.RateAfter(51, 100), 1e-12); // Half way: the mean of 0.01 and 0.00001.
        Assert.Equal(0.00751, AveragedTeacher.RateAfter(34, 99), 1e-5);    // A third: 1e-5 + 0.75 · 0.00999.
        Assert.Equal(1e-5, AveragedTeacher.RateAfter(101, 100), 1e-12);
    }

    // From θ′ = w, with the policy at w + 1: θ′ = w + 0.01 after the first step, and w + 0.01 + 0.005005 · 0.99 after the
    // second of two.
    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.BFloat16, 1e-6)]
    public void A_teacher_moves_by_the_rate_also_where_weights_are_coarse(ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork policy = SmallModel.Create(type: type);
        policy.Train();
        using VisionLanguageNetwork network = policy.Clone();
        using AveragedTeacher teacher = new(network, policy);
        (string name, Tensor average) = teacher.State.Last();
        Tensor start = average.clone();
        using (no_grad())
        {
            using Scalar one = 1;
            policy.Parameters[name["teacher.".Length..]].copy_(start.add(one));
        }
        float moved = (policy.Parameters[name["teacher.".Length..]].to(ScalarType.Float32) - start).mean().item<float>();

        teacher.Follow(1, 2);
        AssertMoved(0.01 * moved);
        teacher.Follow(2, 2);
        AssertMoved((0.01 + (0.005005 * 0.99)) * moved);

        void AssertMoved(double expected)
        {
            Assert.Equal(expected, (average - start).mean().item<float>(), tolerance);
            Tensor used = network.Parameters[name["teacher.".Length..]];
            Assert.True(used.eq(average.to(type)).all().item<bool>());
        }
    }

    [Fact]
    public void Of_an_adapted_policy_the_adapter_is_averaged_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork policy = start.WithAdapter(new LoraSettings(2, 4, ["q_proj"], 0), seed: 1);
        policy.Train();
        using VisionLanguageNetwork network = policy.Clone();
        using AveragedTeacher teacher = new(network, policy);
        Assert.NotEmpty(teacher.State);
        Assert.All(teacher.State, one => Assert.Contains("lora", one.Name));
    }
}
