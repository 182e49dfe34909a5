using System.Text.Encodings.Web;
using System.Text.Json;
using Retrace.Data.Formats;
using Retrace.Files;

namespace Retrace.Evaluation.Comparisons;

/// <summary>The folder of a comparison: its runs, its tests, and what is written about them.</summary>
/// <param name="Path">Need not exist yet.</param>
public sealed record ComparisonFolder(string Path)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>The path of the comparison table as Markdown.</summary>
    public string Markdown => Combine("comparison.md");

    /// <summary>The path of the table's numbers as CSV.</summary>
    public string Csv => Combine("comparison.csv");

    /// <summary>The path of the HTML page with the curves.</summary>
    public string Report => Combine("report.html");

    private string Runs => Combine("runs");

    private string SourceFile => Combine("comparison.json");

    /// <summary>The run folder of a method with a seed.</summary>
    public string RunOf(string method, long seed) => System.IO.Path.Combine(Runs, method, $"seed-{seed}");

    /// <summary>The test of a run's last checkpoint.</summary>
    public string TestOf(string method, long seed) => System.IO.Path.Combine(RunOf(method, seed), "test.json");

    /// <summary>The test of the model that all runs start from.</summary>
    public string TestOfStart(long seed) => Combine("start", $"seed-{seed}.json");

    /// <summary>
    /// Notes which model evolves on which problems. Existing runs are resumed only with the same.
    /// </summary>
    /// <exception cref="BadInputException">The folder's runs are of another model or other problems.</exception>
    internal void Claim(string model, ProblemOrigin data)
    {
        Source given = new(System.IO.Path.GetFullPath(model), data.Identity);
        Source? noted = Directory.Exists(Runs) && File.Exists(SourceFile) ? ReadSource() : null;
        if (noted is null)
        {
            AtomicFile.Write(SourceFile, stream => JsonSerializer.Serialize(stream, given, Json));
        }
        else if (noted != given)
        {
            throw new BadInputException(
                $"{Path} compares runs of {noted.Model} on {noted.Data}, as {SourceFile} says; give these, or another "
                + "--output");
        }
    }

    private Source ReadSource()
    {
        try
        {
            return JsonSerializer.Deserialize<Source>(File.ReadAllBytes(SourceFile), Json)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{SourceFile} cannot be read: {error.Message}", error);
        }
    }

    private string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private sealed record Source(string Model, string Data);
}
