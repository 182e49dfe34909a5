using Retrace.Perturbations;

namespace Retrace.Tests.Perturbations;

public class PerturbationChoiceTests
{
    [Fact]
    public void A_list_is_read_with_the_usual_level_where_none_is_named()
    {
        IReadOnlyList<PerturbationChoice> choices = PerturbationChoice.ParseList("--perturb", "gaussian:20, blur, blur:40");
        Assert.Equal([new("gaussian", 20), new("blur", 40)], choices);
        Assert.Equal("gaussian:20,blur:40", string.Join(',', choices));
        Assert.IsType<GaussianBlur>(choices[1].Create());
        Assert.Empty(PerturbationChoice.ParseList("--perturb", ""));
    }

    [Theory]
    [InlineData("blur:0", "--perturb holds \"blur:0\"")]
    [InlineData("blur:101", "blur:101")]
    [InlineData("blur:x", "blur:x")]
    [InlineData("blur:1:2", "blur:1:2")]
    [InlineData("fog", "fog")]
    public void What_cannot_be_used_is_named(string list, string named) => Assert.Contains(
        named, Assert.Throws<BadInputException>(() => PerturbationChoice.ParseList("--perturb", list)).Message);
}
