using Retrace.Answers;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Testing;
using Retrace.Training.DataParallel;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class AnswerPathsTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private readonly VisionLanguageModel _model = folder.Model;

    [Fact]
    public void The_distance_is_the_perplexity_of_the_answer_behind_a_step()
    {
        string[] responses =
        [
            "<think>One. Two</think>\\boxed{3}", "<think>Four</think> \\boxed{5}", "nothing", "\\boxed{3.0}",
        ];
        SampledGroup group = Measure(responses);
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> distances = group.Answers.Read<AnswerDistances>().Values;

        Assert.Equal([2, 1, 0, 1], distances.Select(steps => steps.Count)); // An answer alone is a path of one step.
        Assert.All(distances.SelectMany(steps => steps), step => Assert.Equal(2, step.Count));
        AssertDistance("<think>One.", "</think>\\boxed{3}", distances[0][0][0]);
        AssertDistance("<think>One.", "</think> \\boxed{5}", distances[0][0][1]);
        AssertDistance("<think>One. Two", "</think>\\boxed{3}", distances[0][1][0]);
        AssertDistance("<think>Four", "</think>\\boxed{3}", distances[1][0][0]);
        AssertDistance("", "</think> \\boxed{5}", distances[3][0][1]);
        Assert.Equal(4, new PathConsistencyReward().Score(group.Answers).Length);

        void AssertDistance(string before, string statement, double distance)
        {
            PromptedResponse one = new(
                [.. group.Problem.Prompt, .. Tokens(before)], Tokens(statement), group.Problem.Images);
            float[] logProbs = PromptedResponse.LogProbs(
                _model.Network, [one], 4096, temperature: 1, TestContext.Current.CancellationToken)[0];
            Close.Relative(Math.Exp(-logProbs.Average(value => (double)value)), distance, 1e-4);
        }
    }

    [Fact]
    public void A_single_answer_has_nothing_to_be_compared_with() => Assert.All(
        Measure(["<think>a</think>\\boxed{1}", "\\boxed{1}"]).Answers.Read<AnswerDistances>().Values, steps => Assert.Empty(steps));

    [Fact]
    public void A_long_chain_of_thought_has_fifteen_steps_the_last_of_them_whole()
    {
        string thoughts = string.Concat(Enumerable.Range(0, 40).Select(i => $"s{i}. "));
        SampledGroup group = Measure([$"<think>{thoughts}</think>\\boxed{{1}}", "\\boxed{2}"]);
        Assert.Equal(15, group.Answers.Read<AnswerDistances>().Values[0].Count);
    }

    private SampledGroup Measure(string[] responses)
    {
        BoxedExtraction extraction = new();
        PreparedProblem problem = new ProblemPreparation(_model, new()).Prepare(
            new Problem("p", "What is x?", [new EmbeddedImage("p", UntrainedModelFolder.Picture(60, 40, 1))]));
        Trajectory[] maternal =
        [
            .. responses.Select(text => Trajectory.Read(
                new Generation(Tokens(text), [], [], [], Stopped: false), _model.Tokenizer, extraction)),
        ];
        SampledGroup group = new(
            problem,
            maternal,
            Voting: [],
            Retraced: [],
            new SideSamples(),
            AnswerGroup.Of([.. maternal.Select(one => one.Answer)], [], null, new MathematicalEquivalence()));
        return Assert.Single(new AnswerPaths(
            _model.Network, extraction, new TokenTexts(_model.Tokenizer).Of, 4096, new SingleProcess())
            .AddTo([group], TestContext.Current.CancellationToken));
    }

    // Piece by piece, so that a step and a statement begin with a token.
    private int[] Tokens(string text) =>
    [
        .. text.Replace("</think>", "\0</think>", StringComparison.Ordinal).Replace(". ", ".\0 ", StringComparison.Ordinal)
            .Split('\0').SelectMany(piece => _model.Tokenizer.Encode(piece)),
    ];
}
