using System.Globalization;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Data.Json;

/// <summary>JSON documents of records: a list of objects, or an object that names them.</summary>
internal static class JsonDocumentFile
{
    private const long LargestFile = 1L << 30; // Bytes.

    /// <summary>Calls <paramref name="visit"/> for each record, in file order.</summary>
    /// <param name="path">The file. Its text is held in memory; images are not in it.</param>
    /// <param name="visit">Receives each record, which is valid during the call only.</param>
    /// <exception cref="BadInputException">The file cannot be read, or is no such document.</exception>
    public static void Read(string path, Action<JsonRecord> visit)
    {
        ImageFolder folder = ImageFolder.Of(path, allowsOutside: false);
        using JsonDocument document = Parse(path);
        int number = 0;
        foreach ((string key, JsonElement value) in RecordsOf(document.RootElement, path))
        {
            number++;
            if (value.ValueKind != JsonValueKind.Object)
            {
                throw new BadInputException($"{path}, record {key}: expected a JSON object");
            }
            try
            {
                visit(new JsonRecord(value, path, number, folder, key));
            }
            catch (JsonException error)
            {
                throw new BadInputException($"{path}, record {key}: not valid JSON: {error.Message}", error);
            }
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(InputFile.ReadAllBytes(path, LargestFile));
        }
        catch (JsonException error)
        {
            throw new BadInputException($"{path}: not valid JSON: {error.Message.TrimEnd('.')}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the data cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<(string Key, JsonElement Value)> RecordsOf(JsonElement root, string path) =>
        root.ValueKind switch
        {
            JsonValueKind.Array => root.EnumerateArray().Select((value, i) =>
                ((i + 1).ToString(CultureInfo.InvariantCulture), value)),
            JsonValueKind.Object => root.EnumerateObject().Select(property => (property.Name, property.Value)),
            _ => throw new BadInputException($"{path}: expected a JSON list of records, or an object of them"),
        };
}
