using Retrace.Anchors;
using Retrace.Perturbations;

namespace Retrace.Tests;

/// <summary>Parts of the method that a program makes known by a name.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public void What_is_registered_can_be_chosen_by_its_name()
    {
        AnchorRules.Register("half", keepRate => new RatioAnchor(keepRate / 2));
        ImagePerturbations.Register(
            "twice", level => new ComposedPerturbation(new GaussianNoise(level), new GaussianBlur(level)));
        Assert.IsType<RatioAnchor>(AnchorRules.Create("half", 0.5));
        Assert.IsType<ComposedPerturbation>(ImagePerturbations.Create("twice", 40));
        Assert.Contains("half", AnchorRules.Names);
        Assert.Equal("twice:20", PerturbationChoice.Parse("--perturb", "twice:20").ToString());
    }

    [Fact]
    public void The_latest_of_one_name_counts()
    {
        AnchorRules.Register("latest", keepRate => new RatioAnchor(keepRate));
        AnchorRules.Register("latest", keepRate => new StepAnchor(keepRate));
        Assert.IsType<StepAnchor>(AnchorRules.Create("latest", 0.5));
        Assert.Single(AnchorRules.Names, name => name == "latest");
    }

    [Theory]
    [InlineData("ratio", "The anchor rule ratio ships with Retrace; take another name.")]
    [InlineData("", "\"\" cannot be the name of this anchor rule: a name is made of letters, digits, - and _.")]
    [InlineData("a b", "\"a b\" cannot be the name of this anchor rule: a name is made of letters, digits, - and _.")]
    public void A_name_that_cannot_be_used_is_refused(string name, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => AnchorRules.Register(name, rate => new RatioAnchor(rate)));
        Assert.StartsWith(message, error.Message);
    }
}
