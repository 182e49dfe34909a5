using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

public sealed class TransposedWeightsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(63, 5)]
    [InlineData(64, 64)]
    [InlineData(130, 7)]
    public void A_copy_has_the_values_in_the_order_of_the_transpose(long outSize, long inSize)
    {
        using DisposeScope scope = NewDisposeScope();
        using TransposedWeights weights = new();
        Tensor matrix = arange(outSize * inSize, dtype: ScalarType.Float32).view(outSize, inSize);

        Tensor copy = weights.Of(matrix);

        Assert.True(copy.equal(matrix).all().item<bool>());
        Assert.Equal([1, outSize + 16], copy.stride());
        Assert.Equal(4 * inSize * (outSize + 16), TransposedWeights.BytesOf(matrix));
    }

    [Theory]
    [InlineData(8, 64, true)]
    [InlineData(7, 64, false)]
    [InlineData(8, 63, false)]
    public void They_pay_for_many_tokens_of_many_sequences(long sequences, long tokens, bool expected)
    {
        using VisionLanguageNetwork wide = Shapes(hiddenSize: 512, ScalarType.Float32);

        Assert.Equal(expected, wide.BytesOfTransposed(sequences, tokens) > 0);
    }

    [Fact]
    public void They_do_not_pay_for_small_matrices_or_in_another_type()
    {
        using VisionLanguageNetwork narrow = Shapes(hiddenSize: 256, ScalarType.Float32);
        using VisionLanguageNetwork half = Shapes(hiddenSize: 512, ScalarType.BFloat16);

        Assert.Equal(0, narrow.BytesOfTransposed(100, 1000));
        Assert.Equal(0, half.BytesOfTransposed(100, 1000));
    }

    [Fact]
    public void Their_bytes_are_those_of_every_matrix_of_the_decoder_and_of_its_head()
    {
        using VisionLanguageNetwork network = Shapes(hiddenSize: 512, ScalarType.Float32);

        long expected = network.Parameters.Names
            .Where(name => !network.Config.Family.WeightNames.IsVision(name))
            .Select(name => network.Parameters[name].shape)
            .Where(shape => shape.Length == 2) // The embedding is the head.
            .Sum(shape => 4 * shape[1] * (shape[0] + 16));

        Assert.Equal(expected, network.BytesOfTransposed(100, 1000));
    }

    [Fact]
    public void Copies_that_the_memory_has_no_room_for_are_not_made()
    {
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

        Assert.True(TransposedWeights.Fit(memory / 8));
        Assert.False(TransposedWeights.Fit((memory / 8) + 1));
    }

    private static VisionLanguageNetwork Shapes(int hiddenSize, ScalarType type)
    {
        ModelConfig small = SmallModel.Config(tied: true);
        return new VisionLanguageNetwork(
            small with
            {
                Text = small.Text with { HiddenSize = hiddenSize, HeadSize = small.Text.HeadSize },
                Vision = small.Vision with { OutHiddenSize = hiddenSize },
            },
            type,
            META);
    }
}
