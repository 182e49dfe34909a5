using Retrace.Models.Network;

namespace Retrace.Models.Tests.Network;

public sealed class ExpertLoadTests
{
    // −(¾ ln ¾ + ¼ ln ¼) / ln 2 = 0.811278.
    [Theory]
    [InlineData(new long[] { 4, 4 }, 1)]
    [InlineData(new long[] { 6, 2 }, 0.811278)]
    [InlineData(new long[] { 8, 0 }, 0)]
    [InlineData(new long[] { 5, 5, 5 }, 1)]
    public void Evenness_is_the_entropy_of_the_load_by_that_of_an_even_one(long[] tokens, double expected)
    {
        ExpertLoad load = new();
        load.Add(layer: 3, tokens);
        Assert.Equal(expected, load.TakeEvenness()!.Value, 6);
    }

    [Fact]
    public void Passes_of_a_layer_are_added_up_and_layers_averaged_until_it_is_taken()
    {
        ExpertLoad load = new();
        load.Add(layer: 0, [6, 0]);
        load.Add(layer: 1, [8, 0]);
        load.Add(layer: 0, [0, 2]);
        Assert.Equal(0.811278 / 2, load.TakeEvenness()!.Value, 6);
        Assert.Null(load.TakeEvenness());
    }
}
