namespace Retrace.Runs.Tests;

public sealed class RunAspectsTests
{
    [Fact]
    public void Every_aspect_is_known_by_its_name()
    {
        Assert.Equal(["model", "data", "library", "libtorch", "device", "instruction-set"], RunAspects.Names);
        Assert.Equal(
            Enum.GetValues<RunAspect>(),
            RunAspects.Names.SelectMany(name => RunAspects.Parse("--allow-changed", [name])));
    }

    [Fact]
    public void Lists_are_added_up_and_versions_are_both()
    {
        Assert.Equal(
            [RunAspect.Model, RunAspect.Data, RunAspect.Device],
            RunAspects.Parse("--allow-changed", ["model, data", "device,model"]).Order());
        Assert.Equal(
            [RunAspect.Library, RunAspect.LibTorch], RunAspects.Parse("--allow-changed", ["versions"]).Order());
        Assert.Empty(RunAspects.Parse("--allow-changed", []));
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("model data")]
    [InlineData("Data")]
    public void Another_name_is_refused(string name) => Assert.Equal(
        $"--allow-changed is \"{name}\", but must be some of model, data, library, libtorch, device, instruction-set or "
        + "versions",
        Assert.Throws<BadInputException>(() => RunAspects.Parse("--allow-changed", ["model", name])).Message);
}
