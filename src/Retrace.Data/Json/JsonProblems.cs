using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>Problems as JSON objects, one after another.</summary>
/// <param name="path">The file that holds them.</param>
/// <param name="folder">Where image files lie.</param>
internal sealed class JsonProblems(string path, ImageFolder folder)
{
    private readonly ProblemSetBuilder _problems = new();

    /// <param name="record">A problem.</param>
    /// <param name="number">Names it where it has no id.</param>
    public void Add(JsonRecord record, string number) => _problems.Add(
        record,
        number,
        ["question", "problem", "prompt"],
        id => [.. record.Images(id).Select((image, i) => Placed(image, record, i))]);

    public ProblemSet Build() => _problems.Build();

    // Images inside the file are read again when they are needed: memory does not grow with them.
    private ProblemImage Placed(ProblemImage image, JsonRecord record, int index) => image is EmbeddedImage
        ? new EmbeddedJsonImage(image.Name, path, record.Start, record.Length, index, folder with { AllowsOutside = true })
        : image;
}
