using System.Text.Json;
using Retrace.Problems;

namespace Retrace.Training.Data;

/// <summary>A line of a JSON lines file, its fields read as all data files mean them.</summary>
/// <param name="root">The object.</param>
/// <param name="path">The file.</param>
/// <param name="line">The line's number, from 1.</param>
/// <param name="folder">The file's folder, below which image files lie.</param>
internal sealed class JsonRecord(JsonElement root, string path, int line, string folder)
{
    /// <summary>From 1.</summary>
    public int Line => line;

    /// <summary>Names file and line in messages.</summary>
    public string Place => $"{path}, line {line}";

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
    public string? Text(string name) => Field(name) switch
    {
        { ValueKind: JsonValueKind.String } text => Decoded(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>The images of the fields <c>image</c> and <c>images</c>, each one or a list.</summary>
    /// <param name="id">Names embedded images in messages.</param>
    /// <exception cref="UnusableRecordException">One of them is none.</exception>
    public IReadOnlyList<ProblemImage> Images(string id)
    {
        List<ProblemImage> images = [];
        foreach (string field in (ReadOnlySpan<string>)["image", "images"])
        {
            if (Field(field) is not JsonElement value)
            {
                continue;
            }
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in value.EnumerateArray())
                {
                    images.Add(Image(item, field, id, images.Count));
                }
            }
            else
            {
                images.Add(Image(value, field, id, images.Count));
            }
        }
        return images;
    }

    /// <summary>What a JSON string says.</summary>
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

    private ProblemImage Image(JsonElement value, string field, string id, int index)
    {
        return value.ValueKind == JsonValueKind.String
            ? ImageReference.Parse(Decoded(value), $"{id}, image {index + 1}", folder)
            : throw new UnusableRecordException($"its field \"{field}\" holds no path and no base64");
    }
}
