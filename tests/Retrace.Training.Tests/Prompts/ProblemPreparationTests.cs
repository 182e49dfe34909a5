using Retrace.Configuration;
using Retrace.Models;
using Retrace.Problems;
using Retrace.Testing;
using Retrace.Training.Prompts;

namespace Retrace.Training.Tests.Prompts;

/// <summary>Prompts that are too long: one is used whole or not at all, so that no image loses tokens.</summary>
public sealed class ProblemPreparationTests(UntrainedModelFolder folder) : IClassFixture<UntrainedModelFolder>
{
    private readonly VisionLanguageModel _model = folder.Model;

    [Fact]
    public void A_prompt_is_never_cut_and_one_that_is_too_long_is_left_out_and_named()
    {
        Problem[] problems =
        [
            new("text", "How wide?", []),
            new("image", "In <image>, how wide?", [Picture(90, 60, 1)]),
            new("images", "Is it <image> or <image>?", [Picture(90, 60, 2), Picture(120, 60, 3)]),
        ];
        PromptSize[] sizes = [.. problems.Select(Preparation(1000).SizeOf)];
        Assert.Equal([0, 6, 14], sizes.Select(size => size.ImageTokens));

        // At its own length a prompt is whole; with room for one token less, it is left out.
        for (int i = 0; i < problems.Length; i++)
        {
            int length = sizes[i].Tokens;
            (IReadOnlyList<Problem> usable, IReadOnlyList<SkippedProblem> skipped, PromptSize largest) =
                Preparation(length).Screen([problems[i]], CancellationToken.None);
            Assert.Equal([problems[i]], usable);
            Assert.Empty(skipped);
            Assert.Equal(sizes[i], largest);

            (usable, skipped, _) = Preparation(length - 1).Screen([problems[i]], CancellationToken.None);
            Assert.Empty(usable);
            Assert.Equal(
                [
                    new SkippedProblem(
                        problems[i].Id,
                        $"its prompt has {length} tokens, more than data.max_prompt_tokens, {length - 1}"),
                ],
                skipped);
        }
    }

    [Fact]
    public void What_is_used_has_all_tokens_of_its_images_whatever_the_limit_leaves_out_beside_it()
    {
        Problem small = new("small", "How wide?", [Picture(60, 60, 1)]);
        Problem large = new("large", "How wide?", [Picture(280, 280, 2)]);
        ProblemPreparation preparation = Preparation(Preparation(1000).SizeOf(small).Tokens);
        (IReadOnlyList<Problem> usable, IReadOnlyList<SkippedProblem> skipped, _) =
            preparation.Screen([small, large, small with { Id = "again" }], CancellationToken.None);
        Assert.Equal(["small", "again"], usable.Select(problem => problem.Id));
        Assert.Equal("large", Assert.Single(skipped).Id);
        PreparedProblem prepared = preparation.Prepare(usable[0]);
        int pad = _model.Network.Config.Tokens.ImagePad;
        Assert.Equal(
            prepared.Images[0].Grid.TokenCount(_model.Network.Config.Vision.MergeSize),
            prepared.Prompt.Count(token => token == pad));
    }

    [Fact]
    public void Without_the_filter_the_first_prompt_that_is_too_long_ends_the_run()
    {
        ProblemPreparation preparation = new(
            _model, new DataSettings { Instruction = "", MaxPromptTokens = 5, Filter = false });
        Assert.StartsWith(
            "Problem a cannot be used: its prompt has ",
            Assert.Throws<BadInputException>(() => preparation.Screen(
                [new Problem("a", "How wide?", [Picture(60, 60, 1)])], CancellationToken.None)).Message);
    }

    private ProblemPreparation Preparation(int limit) =>
        new(_model, new DataSettings { Instruction = "", MaxPromptTokens = limit });

    private static EmbeddedImage Picture(int width, int height, int seed) =>
        new($"picture {seed}", UntrainedModelFolder.Picture(width, height, seed));
}
