using Retrace.Evaluation.Surveys;

namespace Retrace.Evaluation.Tests.Surveys;

public class SurveyPlanTests
{
    [Fact]
    public void Every_rule_meets_every_rate_and_every_perturbation()
    {
        Assert.Equal(
            [
                new("ratio", 0.3, "none", 40), new("ratio", 0.7, "none", 40),
                new("ratio", 0.3, "blur", 20), new("ratio", 0.7, "blur", 20),
                new("step", 0.3, "none", 40), new("step", 0.7, "none", 40),
                new("step", 0.3, "blur", 20), new("step", 0.7, "blur", 20),
            ],
            SurveyPlan.Of("ratio,step", "0.3, 0.7", "none,blur:20"));
    }

    [Theory]
    [InlineData("ratio", "1.0", "none", "1.0")]
    [InlineData("ratio", "0.5", "blur:0", "blur:0")]
    [InlineData("ratio", "0.5", "blur:1:2", "blur:1:2")]
    [InlineData("ratio", "0.5", "fog", "fog")]
    [InlineData("middle", "0.5", "none", "middle")]
    [InlineData("ratio", "", "none", "at least one")]
    public void What_cannot_be_used_is_named(string anchors, string rates, string perturbations, string named)
    {
        BadInputException error =
            Assert.Throws<BadInputException>(() => SurveyPlan.Of(anchors, rates, perturbations));
        Assert.Contains(named, error.Message);
    }
}
