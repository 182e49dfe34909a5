using Retrace.Answers;
using Retrace.Geometry;
using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;

namespace Retrace.Training.Tests.Evolution;

/// <summary>Runs of rules that ask more than the policy: its confidence, a judge, a teacher, the start model.</summary>
[Trait("Time", "long")]
public sealed class AskingRunsTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("scope", 0, 1)]
    [InlineData("actor-judge", -2, 0)]
    [InlineData("covo", 0, 1)]
    public void A_rule_gets_what_it_asks_for(string rule, double lowest, double highest)
    {
        _runs.Evolve(rule, $"method={rule}", "reward.format_weight=0", "steps=1", "rollout.max_response_tokens=48");
        StepMetrics step = Assert.Single(RunReader.Read(_runs.FolderOf(rule)).Metrics);
        Assert.InRange(step.RewardMean!.Value, lowest, highest);
        Assert.Equal(rule == "actor-judge", step.RetracedTokens > 0); // Judgements are generated, too.
        TrajectorySample trajectory = RunReader.Read(_runs.FolderOf(rule)).Trajectories.First();
        Assert.NotEmpty(trajectory.RewardFormula);
        Assert.Contains(
            rule switch { "scope" => "confidence", "actor-judge" => "judgement", _ => "volatility" },
            trajectory.RewardParts.Select(part => part.Name));
        Assert.All(trajectory.RewardParts, part => Assert.Equal(trajectory.Group.Count, part.Values.Count));
    }

    // Also without a divergence from the start model, for which alone a copy of it would be kept.
    [Fact]
    public void The_start_model_answers_the_same_whenever_it_is_asked()
    {
        _runs.Evolve("run", "method=restrain", "learn.kl=0", "learn.learning_rate=1e-3", "epochs=2", "rollout.max_response_tokens=48");
        GroupAnswers[] answers = [.. RunReader.Read(_runs.FolderOf("run")).Answers];
        Assert.Equal(12, answers.Length);
        Assert.Contains(answers, group => group.Start.Any(answer => answer >= 0));
        MathematicalEquivalence equivalence = new();
        foreach (IGrouping<string, GroupAnswers> problem in answers.GroupBy(group => group.ProblemId))
        {
            string?[][] met = [.. problem.Select(group => group.Start
                .Select(answer => answer < 0 ? null : group.Answers[answer]).ToArray())];
            Assert.Equal(2, met[0].Length);
            Assert.All(met[0].Zip(met[1]), pair => Assert.True(
                pair.First is null ? pair.Second is null : equivalence.AreEqual(pair.First, pair.Second ?? "")));
        }
    }

    [Theory]
    [InlineData("co-rewarding-i")]
    [InlineData("self-harmony")]
    public void The_embedded_model_learns_from_other_words_that_the_data_have(string rule)
    {
        GeometrySelection selection = new(Seed: 5, Train: 4, Evaluation: 0, Test: 0) { Rephrased = true };
        GeometryDataSet.Write(_runs.Folder.Path, selection);
        string data = _runs.Folder.Combine("train.jsonl");
        SmallRuns.Evolve(new RunOptions(Shipped.Model, data, _runs.FolderOf(rule))
        {
            Configuration = _runs.Options(rule, $"method={rule}", "steps=1").Configuration,
        });
        Assert.All(RunReader.Read(_runs.FolderOf(rule)).Answers, group => Assert.Equal(2, group.Rephrased.Count));
    }

    [Fact]
    public void A_model_that_finds_no_other_words_is_refused_in_a_sentence()
    {
        string refusal = Assert.Throws<BadInputException>(() => _runs.Evolve("run", "method=self-harmony")).Message;
        Assert.StartsWith("The model puts none of the first 2 questions in other words, which the reward rule needs", refusal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("adapter_model.safetensors", "model.lora_rank=4")]
    public void A_teacher_is_in_the_checkpoint_and_goes_on_from_there(string weights, params string[] settings)
    {
        settings = ["method=co-rewarding-ii", "learn.learning_rate=1e-3", .. settings];
        _runs.Evolve("whole", settings);
        Assert.All(RunReader.Read(_runs.FolderOf("whole")).Answers, group => Assert.Equal(2, group.Teacher.Count));
        _runs.CopyUpTo("whole", 1, "copy");
        Assert.Equal(1, _runs.Evolve("copy"));
        _runs.AssertSame("whole", "copy", steps: 3, weights);
    }
}
