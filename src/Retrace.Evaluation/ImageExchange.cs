using Retrace.Problems;

namespace Retrace.Evaluation;

/// <summary>
/// Shows problems with the images of others: what a model still gets right, it does not read from the image.
/// </summary>
public static class ImageExchange
{
    /// <summary>
    /// Gives every problem that has images those of another problem with as many; the same seed gives the same exchange.
    /// </summary>
    /// <remarks>
    /// Questions say where their images stand, so the number of them must not change. Sattolo's algorithm (1986): a
    /// permutation of one cycle, so that no problem keeps its own.
    /// </remarks>
    /// <param name="problems">At least two with images; those without stay as they are.</param>
    /// <param name="seed">Decides which problem gets which images.</param>
    /// <exception cref="BadInputException">
    /// Fewer than two problems have images, or one alone has as many as it has.
    /// </exception>
    public static IReadOnlyList<Problem> Of(IReadOnlyList<Problem> problems, long seed)
    {
        int[] places = [.. Enumerable.Range(0, problems.Count).Where(i => problems[i].Images.Count > 0)];
        if (places.Length < 2)
        {
            throw new BadInputException("Images can be exchanged only among two or more problems that have some.");
        }
        Random random = RandomStream.For(seed, Purpose.ImageExchange);
        Problem[] exchanged = [.. problems];
        foreach (int[] alike in places.GroupBy(place => problems[place].Images.Count).OrderBy(count => count.Key).Select(count => count.ToArray()))
        {
            if (alike is [int alone])
            {
                throw new BadInputException(
                    $"{problems[alone].Id} is the only problem with {problems[alone].Images.Count} images, so there is none "
                    + "to exchange them with; leave it out of the problems");
            }
            foreach ((int place, int from) in alike.Zip(InOneCycle(alike, random)))
            {
                exchanged[place] = problems[place] with { Images = problems[from].Images };
            }
        }
        return exchanged;
    }

    private static int[] InOneCycle(int[] places, Random random)
    {
        int[] from = [.. places];
        for (int i = from.Length - 1; i > 0; i--)
        {
            int other = random.Next(i);
            (from[i], from[other]) = (from[other], from[i]);
        }
        return from;
    }
}
