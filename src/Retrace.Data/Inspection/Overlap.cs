namespace Retrace.Data.Inspection;

/// <summary>Problems of one set that also occur in another set, or earlier in the same set.</summary>
/// <param name="SameImage">With an image that is the same file.</param>
/// <param name="SimilarImage">With an image that looks the same, but with none that is the same file.</param>
/// <param name="SameProblem">With the same question, and an image that is the same or looks the same.</param>
public sealed record Overlap(
    IReadOnlyList<(string Id, string Other)> SameImage,
    IReadOnlyList<(string Id, string Other)> SimilarImage,
    IReadOnlyList<(string Id, string Other)> SameProblem)
{
    /// <summary>Problems that repeat an earlier one of their set, each with the first such.</summary>
    public static Overlap Within(IReadOnlyList<ProblemFingerprint> problems) => Of(problems, problems, place => place);

    /// <summary>Problems of a set that another set has, each with the first such.</summary>
    public static Overlap Between(
        IReadOnlyList<ProblemFingerprint> problems, IReadOnlyList<ProblemFingerprint> others) =>
        Of(problems, others, _ => others.Count);

    // boundOf: with how many of the others, from the first, the problem at a place is compared. Every image is compared
    // with every other, which takes nanoseconds.
    private static Overlap Of(
        IReadOnlyList<ProblemFingerprint> problems,
        IReadOnlyList<ProblemFingerprint> others,
        Func<int, int> boundOf)
    {
        (int Problem, ImageFingerprint Image)[] images =
        [
            .. others.Index().SelectMany(pair => pair.Item.Images.Select(image => (pair.Index, image))),
        ];
        Dictionary<string, int> texts = []; // Of problems without images, the first with each question.
        foreach ((int place, ProblemFingerprint other) in others.Index().Where(pair => pair.Item.Images.Count == 0))
        {
            texts.TryAdd(other.Question, place);
        }
        Likeness[] found =
        [
            .. problems.Index().AsParallel().AsOrdered()
                .Select(pair => LikenessOf(pair.Item, boundOf(pair.Index))),
        ];
        return new Overlap(
            [.. found.Where(one => one.Image is not null).Select(one => (one.Id, one.Image!))],
            [.. found.Where(one => one.Image is null && one.Look is not null).Select(one => (one.Id, one.Look!))],
            [.. found.Where(one => one.Problem is not null).Select(one => (one.Id, one.Problem!))]);

        Likeness LikenessOf(ProblemFingerprint problem, int bound)
        {
            List<int> alike = [];
            foreach (ImageFingerprint image in problem.Images)
            {
                for (int i = 0; i < images.Length && images[i].Problem < bound; i++)
                {
                    if (image.LooksLike(images[i].Image))
                    {
                        alike.Add(images[i].Problem);
                    }
                }
            }
            if (problem.Images.Count == 0)
            {
                bool known = texts.TryGetValue(problem.Question, out int text) && text < bound;
                return new Likeness(problem.Id, null, null, known ? others[text].Id : null);
            }
            ProblemFingerprint[] candidates = [.. alike.Distinct().Order().Select(place => others[place])];
            return new Likeness(
                problem.Id,
                candidates.FirstOrDefault(problem.SharesImage)?.Id,
                candidates.FirstOrDefault()?.Id,
                candidates.FirstOrDefault(other => other.Question == problem.Question)?.Id);
        }
    }

    // Ids of others that a problem shares an image, a look, or everything with.
    private sealed record Likeness(string Id, string? Image, string? Look, string? Problem);
}
