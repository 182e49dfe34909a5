using System.Text;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Models.Json;

/// <summary>
/// A value in a JSON file that comes from somebody else. It knows its place, so that whatever is wrong with it becomes
/// one sentence that names the file and the key.
/// </summary>
public sealed class JsonPart
{
    /// <summary>Bytes; several times the largest tokenizer.</summary>
    private const long LargestFile = 128 << 20;

    private readonly JsonElement _element;
    private readonly string _place;

    private JsonPart(JsonElement element, string file, string place)
    {
        _element = element;
        File = file;
        _place = place;
    }

    /// <summary>The path of the file that this part was read from.</summary>
    public string File { get; }

    /// <summary>The path of keys from the file's root.</summary>
    public string Place => _place;

    /// <summary>The value for messages: an object or a list by that name, anything else as the file has it.</summary>
    public string Shown => _element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => _element.GetRawText(),
    };

    public bool IsNull => _element.ValueKind == JsonValueKind.Null;

    /// <summary>Whether this is null, false, or an object or list that holds nothing.</summary>
    public bool IsUnset => _element.ValueKind is JsonValueKind.Null or JsonValueKind.False
        || (IsObject && !_element.EnumerateObject().Any())
        || (IsList && _element.GetArrayLength() == 0);

    public bool IsText => _element.ValueKind == JsonValueKind.String;

    public bool IsList => _element.ValueKind == JsonValueKind.Array;

    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    /// <summary>The member of this name, which must be there.</summary>
    /// <exception cref="BadInputException">There is none of this name, or this is not an object.</exception>
    public JsonPart this[string key] => Find(key)
        ?? throw new BadInputException($"The file {File} has no \"{PlaceOf(key)}\".");

    /// <summary>Reads a file and passes what it holds to <paramref name="use"/>.</summary>
    /// <exception cref="BadInputException">
    /// The file cannot be read or is not JSON, or <paramref name="use"/> complains.
    /// </exception>
    public static T Read<T>(string file, Func<JsonPart, T> use)
    {
        try
        {
            return Parse(InputFile.ReadAllBytes(file, LargestFile), file, use);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The file {file} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Parses bytes of a file and passes what they hold to <paramref name="use"/>.</summary>
    /// <exception cref="BadInputException">The bytes are not JSON, or <paramref name="use"/> complains.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> json, string file, Func<JsonPart, T> use)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return use(new JsonPart(document.RootElement, file, ""));
        }
        catch (JsonException) when (GitLfs.IsPointer(json.Span))
        {
            throw new BadInputException(GitLfs.Complaint(file) + ".");
        }
        catch (JsonException error)
        {
            throw new BadInputException(
                $"The file {file} holds no valid JSON: line {error.LineNumber + 1}, "
                + $"byte {error.BytePositionInLine + 1}.",
                error);
        }
        catch (InvalidOperationException error) when (error.InnerException is DecoderFallbackException)
        {
            throw new BadInputException($"The file {file} holds text that is not valid UTF-8.", error);
        }
    }

    /// <summary>A member of an object; null if there is none of this name.</summary>
    /// <exception cref="BadInputException">This is not an object.</exception>
    public JsonPart? Find(string key)
    {
        if (!IsObject)
        {
            throw Instead("an object");
        }
        return _element.TryGetProperty(key, out JsonElement member) ? new JsonPart(member, File, PlaceOf(key)) : null;
    }

    /// <summary>A member of an object; null also if it is null.</summary>
    /// <exception cref="BadInputException">This is not an object.</exception>
    public JsonPart? FindValue(string key) => Find(key) is { IsNull: false } found ? found : null;

    /// <summary>All members of an object, those of the same name too.</summary>
    /// <exception cref="BadInputException">This is not an object.</exception>
    public IEnumerable<(string Name, JsonPart Value)> Members() => IsObject
        ? _element.EnumerateObject().Select(member =>
        {
            string name = Decoded(() => member.Name);
            return (name, new JsonPart(member.Value, File, PlaceOf(name)));
        })
        : throw Instead("an object");

    /// <exception cref="BadInputException">This is not a list.</exception>
    public IReadOnlyList<JsonPart> Items() => IsList
        ? [.. _element.EnumerateArray().Select((item, index) => new JsonPart(item, File, $"{_place}[{index}]"))]
        : throw Instead("a list");

    /// <exception cref="BadInputException">This is not a list of whole numbers.</exception>
    public int[] Integers() => [.. Items().Select(item => item.Integer())];

    /// <exception cref="BadInputException">This is not a string.</exception>
    public string Text() => IsText ? Decoded(() => _element.GetString()!) : throw Instead("a string");

    /// <exception cref="BadInputException">This is not a whole number of 32 bits.</exception>
    public int Integer() => _element.ValueKind == JsonValueKind.Number && _element.TryGetInt32(out int number)
        ? number
        : throw Instead("a whole number");

    /// <exception cref="BadInputException">This is not a number.</exception>
    public double Number() => _element.ValueKind == JsonValueKind.Number && _element.TryGetDouble(out double number)
        ? number
        : throw Instead("a number");

    /// <exception cref="BadInputException">This is neither true nor false.</exception>
    public bool Flag() => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Instead("true or false"),
    };

    /// <summary>The complaint that something else should be here.</summary>
    public BadInputException Instead(string expected)
    {
        return new BadInputException(_place.Length == 0
            ? $"The file {File} holds {Shown} instead of {expected}."
            : $"The file {File} has {Shown} for \"{_place}\" instead of {expected}.");
    }

    // JSON is decoded only when it is looked at; invalid Unicode shows only then.
    private string Decoded(Func<string> text)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException error)
        {
            throw new BadInputException($"The file {File} holds a string that is no valid Unicode.", error);
        }
    }

    private string PlaceOf(string key) => _place.Length == 0 ? key : $"{_place}.{key}";
}
