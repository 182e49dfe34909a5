using Retrace.Problems;

namespace Retrace.Evaluation;

/// <summary>
/// Shows problems with the images of others: what a model still gets right, it does not read from the image.
/// </summary>
public static class ImageExchange
{
    /// <summary>
    /// Gives every problem that has images those of another problem; the same seed gives the same exchange.
    /// </summary>
    /// <remarks>Sattolo's algorithm (1986): a permutation of one cycle, so that no problem keeps its own.</remarks>
    /// <param name="problems">At least two with images; those without stay as they are.</param>
    /// <param name="seed">Decides which problem gets which images.</param>
    /// <exception cref="BadInputException">Fewer than two problems have images.</exception>
    public static IReadOnlyList<Problem> Of(IReadOnlyList<Problem> problems, long seed)
    {
        int[] places = [.. Enumerable.Range(0, problems.Count).Where(i => problems[i].Images.Count > 0)];
        if (places.Length < 2)
        {
            throw new BadInputException("Images can be exchanged only among two or more problems that have some.");
        }
        IReadOnlyList<ProblemImage>[] images = [.. places.Select(place => problems[place].Images)];
        Random random = RandomStream.For(seed, Purpose.ImageExchange);
        for (int i = images.Length - 1; i > 0; i--)
        {
            int other = random.Next(i);
            (images[i], images[other]) = (images[other], images[i]);
        }
        Problem[] exchanged = [.. problems];
        foreach ((int place, IReadOnlyList<ProblemImage> taken) in places.Zip(images))
        {
            exchanged[place] = problems[place] with { Images = taken };
        }
        return exchanged;
    }
}
