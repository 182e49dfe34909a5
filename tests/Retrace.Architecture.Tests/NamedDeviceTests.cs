using Retrace.Analyzers;

namespace Retrace.Architecture.Tests;

/// <summary>The rule that a new tensor's device is named (RT0001), on code that keeps to it and code that does not.</summary>
public sealed class NamedDeviceTests
{
    [Theory]
    [InlineData("zeros(3)")]
    [InlineData("zeros(3, dtype: ScalarType.Float32)")]
    [InlineData("zeros(3, device: null)")]
    [InlineData("ones(2, 3)")]
    [InlineData("empty(2)")]
    [InlineData("arange(4)")]
    [InlineData("rand(2)")]
    [InlineData("tensor(new float[] { 1, 2 })")]
    [InlineData("tensor(1.5f)")]
    public async Task A_tensor_that_is_made_without_a_device_is_a_fault(string made) =>
        Assert.Equal(["RT0001"], await AnalyzedCode.FaultsAsync(new NamedDevice(), made));

    [Theory]
    [InlineData("zeros(3, device: CPU)")]
    [InlineData("tensor(new float[] { 1, 2 }, device: x.device)")]
    [InlineData("zeros_like(x)")]
    [InlineData("cat(new[] { x, x })")]
    public async Task One_whose_device_is_named_or_that_of_another_is_none(string made) =>
        Assert.Empty(await AnalyzedCode.FaultsAsync(new NamedDevice(), made));
}
