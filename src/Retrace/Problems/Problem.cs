namespace Retrace.Problems;

/// <summary>An unlabeled question about one or more images. Training sees nothing but this.</summary>
/// <param name="Id">Names the problem within its data set.</param>
/// <param name="Question">
/// The question's text. <see cref="ImagePlace"/> in it is where an image is shown; the first images, as many as have no
/// such place, are shown before the text.
/// </param>
/// <param name="Images">The images, in the order in which the prompt shows them; empty for a text-only question.</param>
/// <param name="Category">The kind of problem, for measurement by category.</param>
public sealed record Problem(string Id, string Question, IReadOnlyList<ProblemImage> Images, string? Category = null)
{
    /// <summary>Stands within a question for an image.</summary>
    public const string ImagePlace = "<image>";

    /// <summary>The question in other words, with images as in <see cref="Question"/>; null where the data have none.</summary>
    public string? Rephrased { get; init; }

    /// <summary>How many images have a place within a text.</summary>
    public static int PlacesIn(string text) => text.Split(ImagePlace).Length - 1;
}
