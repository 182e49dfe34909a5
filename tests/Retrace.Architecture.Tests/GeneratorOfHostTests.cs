using Retrace.Analyzers;

namespace Retrace.Architecture.Tests;

/// <summary>The rule that generators of random numbers are the host's (RT0002).</summary>
public sealed class GeneratorOfHostTests
{
    [Theory]
    [InlineData("new Generator(1, x.device)")]
    [InlineData("new Generator(1, CUDA)")]
    public async Task A_generator_for_a_device_is_a_fault(string made) =>
        Assert.Equal(["RT0002"], await AnalyzedCode.FaultsAsync(new GeneratorOfHost(), made, "Generator"));

    [Theory]
    [InlineData("new Generator(1, CPU)")]
    [InlineData("new Generator(1)")]
    public async Task One_of_the_host_is_none(string made) =>
        Assert.Empty(await AnalyzedCode.FaultsAsync(new GeneratorOfHost(), made, "Generator"));
}
