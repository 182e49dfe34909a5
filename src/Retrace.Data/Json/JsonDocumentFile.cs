using System.Globalization;
using System.Text;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Data.Json;

/// <summary>JSON documents of records: a list of objects, or an object that names them.</summary>
internal static class JsonDocumentFile
{
    private const long LargestFile = 1L << 30; // Bytes.
    private const int LongestFirstLine = 64 << 20; // Of JSON lines.

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Calls <paramref name="visit"/> for each record, in file order.</summary>
    /// <param name="path">The file. Its text is held in memory while it is read.</param>
    /// <param name="visit">Receives each record, which is valid during the call only.</param>
    /// <param name="folder">Where image files lie; null: in the file's folder.</param>
    /// <exception cref="BadInputException">The file cannot be read, or is not such a document.</exception>
    public static void Read(string path, Action<JsonRecord> visit, ImageFolder? folder = null)
    {
        folder ??= ImageFolder.Of(path, allowsOutside: false);
        byte[] text = BytesOf(path);
        int number = 0;
        foreach ((string? name, int start, int length) in RecordsIn(text, path))
        {
            number++;
            string key = name ?? number.ToString(CultureInfo.InvariantCulture);
            using var document = JsonDocument.Parse(text.AsMemory(start, length));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new BadInputException($"{path}, record {key}: expected a JSON object");
            }
            try
            {
                visit(new JsonRecord(document.RootElement, path, number, folder, key) { Start = start, Length = length });
            }
            catch (JsonException error)
            {
                throw new BadInputException($"{path}, record {key}: not valid JSON: {error.Message}", error);
            }
        }
    }

    /// <summary>
    /// Whether a file holds JSON lines in spite of its name: its first line is an object, and there is another line, or
    /// the object names no records.
    /// </summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static bool HoldsLines(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            string[] lines =
            [
                .. ByteLines.Of(stream, LongestFirstLine)
                    .Select(line => Encoding.UTF8.GetString(line.Bytes).Trim('\ufeff', ' ', '\t', '\r'))
                    .Where(line => line.Length > 0)
                    .Take(2),
            ];
            using JsonDocument? first = lines is [['{', ..] line, ..] ? JsonDocument.Parse(line) : null;
            return first is not null && (lines.Length > 1
                || first.RootElement.EnumerateObject().Any(member =>
                    member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)));
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            return false; // An object over several lines, or more than a line may hold.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the data cannot be read: {error.Message}", error);
        }
    }

    private static byte[] BytesOf(string path)
    {
        try
        {
            byte[] bytes = InputFile.ReadAllBytes(path, LargestFile);
            _ = Strict.GetCharCount(bytes); // The parser would not look into every text.
            return bytes;
        }
        catch (DecoderFallbackException error)
        {
            throw new BadInputException($"{path}: not valid UTF-8", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the data cannot be read: {error.Message}", error);
        }
    }

    // Where the records lie. The whole text is looked through before any of them is used.
    private static List<(string? Name, int Start, int Length)> RecordsIn(byte[] text, string path)
    {
        int mark = text.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        List<(string?, int, int)> records = [];
        try
        {
            Utf8JsonReader reader = new(text.AsSpan(mark));
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            {
                throw new BadInputException($"{path}: expected a JSON list of records, or an object of them");
            }
            string? name = null;
            while (reader.Read() && reader.CurrentDepth > 0)
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    name = reader.GetString();
                    reader.Read();
                }
                int start = mark + (int)reader.TokenStartIndex;
                reader.Skip();
                records.Add((name, start, mark + (int)reader.BytesConsumed - start));
            }
            while (reader.Read())
            {
                // What follows the document is refused.
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new BadInputException($"{path}: not valid JSON: {error.Message.TrimEnd('.')}", error);
        }
        return records;
    }
}
