using Retrace.Statistics;

namespace Retrace.Statistics.Tests;

public class RepetitionTests
{
    [Fact]
    public void What_says_everything_once_repeats_nothing() => Assert.Equal(0, Repetition.Of([1, 2, 3, 4, 5, 6, 7]));

    [Fact]
    public void What_is_no_longer_than_a_gram_repeats_nothing()
    {
        Assert.Equal(0, Repetition.Of([]));
        Assert.Equal(0, Repetition.Of([1, 1, 1, 1]));
    }

    // Of five equal tokens the 4-grams are two, and one of them is new; of ten, one of seven.
    [Fact]
    public void A_token_over_and_over_is_new_once()
    {
        Assert.Equal(1 - (1.0 / 2), Repetition.Of([7, 7, 7, 7, 7]));
        Assert.Equal(1 - (1.0 / 7), Repetition.Of([7, 7, 7, 7, 7, 7, 7, 7, 7, 7]), 15);
    }

    // 1 2 3 4 1 2 3 4: grams 1234, 2341, 3412, 4123, 1234. The order counts, too: 4 3 2 1 is another gram.
    [Fact]
    public void Grams_are_counted_with_their_order()
    {
        Assert.Equal(1.0 / 5, Repetition.Of([1, 2, 3, 4, 1, 2, 3, 4]), 15);
        Assert.Equal(0, Repetition.Of([1, 2, 3, 4, 3, 2, 1]));
    }

    // Against a computation by texts, on random responses of few different tokens.
    [Fact]
    public void It_is_the_share_of_grams_that_came_before()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            int[] tokens = [.. Enumerable.Range(0, 5 + random.Next(40)).Select(_ => random.Next(3))];
            string[] grams = [.. Enumerable.Range(0, tokens.Length - 3).Select(i => string.Join(' ', tokens[i..(i + 4)]))];
            double before = grams.Index().Count(gram => grams.Take(gram.Index).Contains(gram.Item));
            Assert.Equal(before / grams.Length, Repetition.Of(tokens), 12);
        }
    }
}
