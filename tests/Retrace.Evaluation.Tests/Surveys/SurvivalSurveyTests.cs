using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Evaluation.Surveys;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Testing;
using static TorchSharp.torch;

namespace Retrace.Evaluation.Tests.Surveys;

public sealed class SurvivalSurveyTests : IDisposable
{
    private readonly VisionLanguageModel _model = VisionLanguageModel.Load(Shipped.Model, ScalarType.Float32, CPU);
    private readonly ProblemSet _problems = ProblemSources.Open(Shipped.TestProblems).Read();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_more_is_kept_the_more_survives_and_a_blanked_picture_makes_answers_change()
    {
        IReadOnlyList<SurvivalPoint> points = Take(
            [new("ratio", 0.2, "none", 1), new("ratio", 0.2, "blank", 1), new("ratio", 0.8, "none", 1)]);
        SurvivalPoint[] whole = [.. points.Where(point => point.Category is null)];
        Assert.Equal(3, whole.Length);
        Assert.True(whole[2].Survival.Mean > whole[0].Survival.Mean);
        Assert.True(whole[1].Survival.Mean < whole[0].Survival.Mean);
        Assert.True(whole[1].Disagreement > 0.1);
        Assert.Equal([0.0, 0.0], [whole[0].Disagreement, whole[2].Disagreement]);
        Assert.True(whole[0].Tokens > whole[2].Tokens); // Less is left to be thought again.
        Assert.All(whole, point => Assert.NotNull(point.Survival.Gap));
        // Twelve problems of twelve families.
        Assert.Equal(3 * 12, points.Count(point => point.Category is not null));
        Assert.All(points.Where(point => point.Category is not null), point => Assert.Equal(1, point.Problems));
    }

    [Fact]
    public void The_same_seed_gives_the_same_survey()
    {
        RetracingChoice[] choices = [new("entropy", 0.5, "blur", 40)];
        Assert.Equal(Take(choices), Take(choices));
    }

    private IReadOnlyList<SurvivalPoint> Take(RetracingChoice[] choices)
    {
        RunConfiguration configuration = new()
        {
            Data = new DataSettings { Batch = 6 },
            Rollout = new RolloutSettings { Group = 4, MaxResponseTokens = 64 },
            Retracing = new RetracingSettings { Samples = 3 },
        };
        Problem[] problems = [.. _problems.Problems.DistinctBy(problem => problem.Category).Take(12)];
        return new SurvivalSurvey(_model, configuration, _problems.Answers)
            .Take(problems, choices, TestContext.Current.CancellationToken);
    }
}
