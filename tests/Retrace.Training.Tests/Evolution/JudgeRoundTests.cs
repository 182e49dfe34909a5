using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class JudgeRoundTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private readonly VisionLanguageModel _model = folder.Model;

    [Theory]
    [InlineData("Right. \\boxed{0.85}", 0.85)]
    [InlineData("First \\boxed{0.2}, then \\boxed{1}", 1)]
    [InlineData("\\boxed{7}", 1)]
    [InlineData("\\boxed{-1}", 0)]
    [InlineData("\\boxed{good}", 0)]
    [InlineData("\\boxed{NaN}", 0)]
    [InlineData("0.9", 0)]
    public void The_score_is_the_number_in_the_last_box(string text, double score) =>
        Assert.Equal(score, JudgeRound.ScoreOf(text));

    [Fact]
    public void The_document_shows_what_models_are_asked()
    {
        string document = File.ReadAllText(Shipped.RulesDocument);
        Assert.Contains(JudgeRound.Template, document);
        Assert.Contains(Rephrasing.Instruction.TrimEnd(), document);
    }

    [Fact]
    public void The_judge_sees_problem_image_and_response_and_each_trajectory_gets_its_own_score()
    {
        RunConfiguration configuration = new()
        {
            Rollout = new RolloutSettings { Group = 2, MaxResponseTokens = 9 },
            Data = new DataSettings { Instruction = " Box it." },
        };
        var preparation = new ProblemPreparation(_model, configuration.Data);
        PreparedProblem[] problems =
        [
            .. Enumerable.Range(0, 2).Select(i => preparation.Prepare(new Problem(
                $"{i}", $"What is {{response}} {i}?", [new EmbeddedImage($"{i}", UntrainedModelFolder.Picture(60, 40, i))]))),
        ];
        Trajectory[][] maternal =
        [
            [Saying("four {question}"), Saying("five"), Saying("a vote")],
            [Saying("six"), Saying("seven <|image_pad|> more")],
        ];
        WrittenJudge judge = new(_model, ["\\boxed{0.1}", "\\boxed{0.2}", "\\boxed{0.3}"]);
        Judgement[][] judged = new JudgeRound(judge, _model, configuration).Judge(
            1, problems, maternal, TestContext.Current.CancellationToken);

        Assert.Equal([0.1, 0.2], judged[0].Select(one => one.Score));
        Assert.Equal([0.3, 0], judged[1].Select(one => one.Score)); // One that spells image tokens is not shown.
        Assert.Equal(3, judge.Requests.Count);
        string asked = _model.Tokenizer.Decode(judge.Requests[0].Prompt);
        Assert.Contains("[PROBLEM]\nWhat is {response} 0?\n", asked);
        Assert.Contains("[CANDIDATE SOLUTION]\nfour {question}\n[END]", asked);
        Assert.DoesNotContain("Box it.", asked);
        Assert.Same(problems[0].Images[0], judge.Requests[0].Images[0]);
        Assert.Equal(9, judge.Requests[0].MaxTokens);
    }

    private Trajectory Saying(string text)
    {
        int[] tokens = _model.Tokenizer.Encode("x");
        return new Trajectory(new Generation(tokens, [], [], [], Stopped: false), text, Answer: null);
    }

    private sealed class WrittenJudge(VisionLanguageModel model, string[] verdicts) : IRolloutEngine
    {
        public IReadOnlyList<RolloutRequest> Requests { get; private set; } = [];

        public Generation[][] Generate(
            IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
        {
            Requests = requests;
            Assert.Equal((1, 0.9, false), (sampling.Temperature, sampling.TopP, sampling.Measure));
            return [.. verdicts.Take(requests.Count).Select(verdict => new[]
            {
                new Generation(model.Tokenizer.Encode(verdict), [], [], [], Stopped: false),
            })];
        }

        public void UsePolicy(int version, CancellationToken cancellation)
        {
        }

        public RolloutIncidents? TakeIncidents() => null;
    }
}
