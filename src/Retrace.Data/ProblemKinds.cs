using System.Text.Json;
using Retrace.Files;

namespace Retrace.Data;

/// <summary>
/// Categories of problems taken together by what a model does with them, such as all those where the wording tempts it to
/// a wrong answer. A file beside the model's weights says so; measurements show each kind on its own.
/// </summary>
/// <remarks>
/// The file is an object of lists of categories, in the order in which kinds are shown:
/// <c>{"nothing tempts": [], "wording": ["clock", "straight-angle"]}</c>. The kind with an empty list takes all categories
/// that no other names.
/// </remarks>
public sealed class ProblemKinds
{
    /// <summary>The name of the file in a model's folder.</summary>
    public const string FileName = "kinds.json";

    private const long LargestFile = 1 << 20; // Bytes.

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly Dictionary<string, string> _byCategory = [];
    private readonly string? _others;

    /// <param name="kinds">The categories of each kind, in the order in which kinds are shown.</param>
    /// <exception cref="BadInputException">A category belongs to two kinds, or two kinds take the others.</exception>
    public ProblemKinds(IReadOnlyList<(string Name, IReadOnlyList<string> Categories)> kinds)
    {
        Names = [.. kinds.Select(kind => kind.Name)];
        foreach ((string name, IReadOnlyList<string> categories) in kinds)
        {
            if (categories.Count == 0)
            {
                _others = _others is null
                    ? name
                    : throw new BadInputException($"kinds \"{_others}\" and \"{name}\" both have no categories; only one can take the others");
            }
            foreach (string category in categories)
            {
                if (!_byCategory.TryAdd(category, name))
                {
                    throw new BadInputException($"category \"{category}\" belongs to two kinds of problems, \"{_byCategory[category]}\" and \"{name}\"");
                }
            }
        }
    }

    /// <summary>The kinds, in the order in which they are shown.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The kinds that the file in a model's folder names; null where there is none.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static ProblemKinds? Beside(string modelFolder)
    {
        string path = Path.Combine(modelFolder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            // A list of pairs rather than a dictionary, which need not keep the order.
            using var document = JsonDocument.Parse(InputFile.ReadAllBytes(path, LargestFile));
            return new ProblemKinds([.. document.RootElement.EnumerateObject().Select(kind =>
                (kind.Name, (IReadOnlyList<string>)[.. kind.Value.EnumerateArray().Select(category => category.GetString()!)]))]);
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException or BadInputException)
        {
            throw new BadInputException(
                $"{path} must be an object that lists the categories of each kind of problem: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Writes the file into a model's folder.</summary>
    /// <exception cref="BadInputException">It cannot be written.</exception>
    public void Write(string modelFolder) => AtomicFile.Write(
        Path.Combine(modelFolder, FileName),
        stream => JsonSerializer.Serialize(
            stream,
            Names.ToDictionary(name => name, name => _byCategory.Where(pair => pair.Value == name).Select(pair => pair.Key)),
            Json));

    /// <summary>The kind of a category; null where no kind takes it.</summary>
    public string? Of(string category) => _byCategory.GetValueOrDefault(category) ?? _others;
}
