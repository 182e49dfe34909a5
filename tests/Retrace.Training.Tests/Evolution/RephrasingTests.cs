using Retrace.Configuration;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Prompts;

namespace Retrace.Training.Tests.Evolution;

public sealed class RephrasingTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private readonly VisionLanguageModel _model = folder.Model;

    [Theory]
    [InlineData("<question>How long is x?</question>", "How long is x?")]
    [InlineData("Sure: <question>a</question> <question>\nWhat is x?\n</question>.", "What is x?")]
    [InlineData("<question> </question>", null)]
    [InlineData("</question><question>", null)]
    [InlineData("How long is x?", null)]
    public void Other_words_stand_between_tags(string response, string? question) =>
        Assert.Equal(question, Rephrasing.Read(response));

    [Fact]
    public void A_problem_in_other_words_has_its_image_and_its_instruction()
    {
        Rephrasing rephrasing = Create();
        PreparedProblem problem = Prepared("What is x?");
        PreparedProblem other = rephrasing.Of(problem, "<question>How long is x?</question>")!;
        Assert.Equal("How long is x?", other.Problem.Question);
        Assert.Same(problem.Images, other.Images);
        Assert.Equal(
            Prepared("How long is x?").Prompt, other.Prompt);
        string asked = _model.Tokenizer.Decode(rephrasing.PromptFor(problem)!);
        Assert.Contains("in other words", asked);
        Assert.Contains("\n\nWhat is x?", asked);
    }

    [Theory]
    [InlineData("<question>WHAT IS X?</question>")]                                // The same words.
    [InlineData("<question>What is <|image_pad|>?</question>")]                   // Image tokens.
    [InlineData("<question><image> What is it?</question>")]                       // Another place for the image.
    [InlineData("no tags")]
    [InlineData(null)]
    public void What_cannot_be_asked_is_left_out(string? response) =>
        Assert.Null(Create().Of(Prepared("What is x?"), response));

    [Fact]
    public void The_words_of_the_data_come_first_and_no_prompt_is_too_long()
    {
        PreparedProblem problem = Prepared("What is x?");
        problem = problem with { Problem = problem.Problem with { Rephrased = "Find x." } };
        Assert.Equal("Find x.", Create().Of(problem, "<question>How long is x?</question>")!.Problem.Question);
        Assert.Null(Create(maxPromptTokens: 3).Of(problem, null));
    }

    private Rephrasing Create(int maxPromptTokens = 1024)
    {
        DataSettings settings = new() { MaxPromptTokens = maxPromptTokens };
        return new Rephrasing(
            new ProblemPreparation(_model, settings with { Instruction = "" }), new ProblemPreparation(_model, settings));
    }

    private PreparedProblem Prepared(string question) => new ProblemPreparation(_model, new DataSettings()).Prepare(
        new Problem("p", question, [new EmbeddedImage("p", UntrainedModelFolder.Picture(60, 40, 1))]));
}
