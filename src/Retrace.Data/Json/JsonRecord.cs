using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Data.Json;

/// <summary>An object of a JSON file, its fields read as all data files mean them.</summary>
/// <param name="root">The object.</param>
/// <param name="path">The file.</param>
/// <param name="line">The number of its line, from 1; of a JSON document, its own among the objects.</param>
/// <param name="folder">Where image files lie.</param>
/// <param name="key">The name under which a JSON document keeps it.</param>
internal sealed class JsonRecord(JsonElement root, string path, int line, ImageFolder folder, string? key = null)
    : IDataRecord
{
    private const int MostImages = 64; // Each is read from its line, so that the work grows with their number squared.

    public string File => path;

    public string? Key => key;

    /// <summary>The line on which the record stands, counted from 1.</summary>
    public int Line => line;

    /// <summary>Where the record begins in its file, in bytes.</summary>
    public long Start { get; init; }

    /// <summary>The record's bytes.</summary>
    public int Length { get; init; }

    /// <summary>Names file and line in messages.</summary>
    public string Place => $"{path}, line {line}";

    /// <summary>The fields' names and kinds, in the order in which they stand there.</summary>
    public IEnumerable<(string Name, JsonValueKind Kind)> Fields =>
        root.EnumerateObject().Select(property => (property.Name, property.Value.ValueKind));

    /// <summary>A field as it stands there; null where it is missing or null.</summary>
    public JsonElement? Field(string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Whether there is such a field, null or not.</summary>
    public bool Has(string name) => root.TryGetProperty(name, out _);

    /// <summary>The field <c>id</c> as it stands there, kept beyond the record; null where there is none.</summary>
    /// <exception cref="BadInputException">It is neither text nor a number.</exception>
    public JsonElement? Id() =>
        Field("id") is not JsonElement id ? null
        : id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? id.Clone()
        : throw new BadInputException($"{Place}: \"id\" must be text or a number");

    /// <summary>
    /// A field's text; null where there is none. Numbers count as text, since ids and answers are often written as
    /// numbers.
    /// </summary>
    /// <exception cref="JsonException">The text is not Unicode.</exception>
    public string? Text(string name) => TextOf(Field(name));

    /// <inheritdoc/>
    /// <exception cref="JsonException">The text is not Unicode.</exception>
    public string? Text(string field, string? member) => TextOf(member is null ? Field(field) : Member(field, member));

    /// <inheritdoc/>
    /// <exception cref="JsonException">A text is not Unicode.</exception>
    public IReadOnlyList<string?> Texts(string field, string? member = null)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Array } objects && member is not null)
        {
            return [.. objects.EnumerateArray().Select(item => TextOf(MemberOf(item, member)))];
        }
        return (member is null ? Field(field) : Member(field, member)) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(item => TextOf(item))]
            : [];
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">The text is not Unicode.</exception>
    public RecordLabel Label(string field, string? member = null) =>
        LabelOf(member is null ? Field(field) : Member(field, member));

    /// <inheritdoc/>
    public IReadOnlyList<ProblemImage> Images(string field, string id, string below = "")
    {
        List<ProblemImage> images = [];
        AddImages(field, id, folder.Below(below), images);
        return images;
    }

    /// <summary>The images of the fields <c>image</c> and <c>images</c>, each one or a list.</summary>
    /// <param name="id">Names embedded images in messages.</param>
    /// <exception cref="UnusableRecordException">One of them is none.</exception>
    public IReadOnlyList<ProblemImage> Images(string id)
    {
        List<ProblemImage> images = [];
        foreach (string field in (ReadOnlySpan<string>)["image", "images"])
        {
            AddImages(field, id, folder, images);
        }
        return images;
    }

    /// <summary>The text of a JSON string with its escapes resolved.</summary>
    /// <exception cref="JsonException">The text is not Unicode.</exception>
    public static string Decoded(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a \\u escape is half of a surrogate pair", error);
        }
    }

    private static string? TextOf(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => Decoded(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static RecordLabel LabelOf(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.True or JsonValueKind.False } truth =>
            RecordLabel.Of(RecordLabel.Of(truth.GetBoolean())),
        { ValueKind: JsonValueKind.Object } => RecordLabel.NotUsed("an object"),
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() switch
        {
            0 => RecordLabel.None,
            1 => LabelOf(list[0]),
            _ => RecordLabel.NotUsed("a list"),
        },
        _ => RecordLabel.Of(TextOf(value)),
    };

    private static JsonElement? MemberOf(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement value) ? value : null;

    private JsonElement? Member(string field, string name) =>
        Field(field) is JsonElement owner ? MemberOf(owner, name) : null;

    private void AddImages(string field, string id, ImageFolder folder, List<ProblemImage> images)
    {
        if (Field(field) is not JsonElement value)
        {
            return;
        }
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        if (images.Count + items.Length > MostImages)
        {
            throw new UnusableRecordException($"it has more than {MostImages} images");
        }
        foreach (JsonElement item in items)
        {
            images.Add(ReferenceIn(item) is string reference
                ? ImageReference.Parse(reference, $"{id}, image {images.Count + 1}", folder)
                : throw new UnusableRecordException($"its field \"{field}\" holds no path and no base64"));
        }
    }

    // The text itself, or that of an object of bytes and path.
    private static string? ReferenceIn(JsonElement item) =>
        item.ValueKind == JsonValueKind.String ? Decoded(item)
        : RecordImage.Members
            .Select(member => MemberOf(item, member))
            .Where(value => value is { ValueKind: JsonValueKind.String })
            .Select(value => Decoded(value!.Value))
            .FirstOrDefault(text => text.Length > 0);
}
