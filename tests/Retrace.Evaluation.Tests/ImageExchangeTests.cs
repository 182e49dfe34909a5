using CsCheck;
using Retrace.Problems;

namespace Retrace.Evaluation.Tests;

public sealed class ImageExchangeTests
{
    [Fact]
    public void Everybody_gets_the_images_of_somebody_else_and_no_image_is_lost() =>
        Gen.Select(Gen.Int[0, 2].Array[2, 40], Gen.Long).Sample((counts, seed) =>
        {
            Problem[] problems = [.. counts.Concat([1, 1, 2, 2]).Select((count, i) => Problem(i, count))];
            IReadOnlyList<Problem> exchanged = ImageExchange.Of(problems, seed);
            Assert.Equal(problems.Select(problem => problem.Id), exchanged.Select(problem => problem.Id));
            foreach ((Problem before, Problem after) in problems.Zip(exchanged))
            {
                Assert.Equal(before.Images.Count, after.Images.Count);
                Assert.Empty(before.Images.Intersect(after.Images));
            }
            Assert.Equal(
                problems.SelectMany(problem => problem.Images).ToHashSet(),
                exchanged.SelectMany(problem => problem.Images).ToHashSet());
        });

    [Fact]
    public void The_seed_decides_who_gets_whose()
    {
        Problem[] problems = [.. Enumerable.Range(0, 20).Select(i => Problem(i, 1))];
        Assert.Equal(NamesAfter(0), NamesAfter(0));
        Assert.NotEqual(NamesAfter(0), NamesAfter(1));

        string[] NamesAfter(long seed) =>
            [.. ImageExchange.Of(problems, seed).Select(problem => problem.Images[0].Name)];
    }

    [Fact]
    public void One_problem_with_an_image_has_nobody_to_exchange_it_with() =>
        Assert.Throws<BadInputException>(() => ImageExchange.Of([Problem(0, 1), Problem(1, 0)], 0));

    [Fact]
    public void The_only_problem_with_so_many_images_is_named()
    {
        BadInputException error =
            Assert.Throws<BadInputException>(() => ImageExchange.Of([Problem(0, 1), Problem(1, 2), Problem(2, 1)], 0));
        Assert.StartsWith("1 is the only problem with 2 images", error.Message);
    }

    private static Problem Problem(int i, int images) => new(
        $"{i}", "?", [.. Enumerable.Range(0, images).Select(image => new EmbeddedImage($"{i}, {image}", []))]);
}
