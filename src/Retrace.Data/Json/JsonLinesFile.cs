using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Data.Json;

/// <summary>Files of JSON objects, one a line.</summary>
internal static class JsonLinesFile
{
    /// <summary>The most bytes of a line: far more than a record with its images in base64.</summary>
    public const int LongestLine = 1 << 28;

    private static readonly byte[] ByteOrderMark = [0xef, 0xbb, 0xbf];
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly JsonWriterOptions ReadableText = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Calls <paramref name="visit"/> for each line, in file order; blank lines are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="example">What an object begins with, for messages.</param>
    /// <param name="visit">Receives each record, which is valid during the call only.</param>
    /// <param name="folder">Where image files lie; null: in the file's folder.</param>
    /// <exception cref="BadInputException">The file cannot be read, or a line of it is not a JSON object.</exception>
    public static void Read(string path, string example, Action<JsonRecord> visit, ImageFolder? folder = null)
    {
        folder ??= ImageFolder.Of(path, allowsOutside: false);
        int line = 0;
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            long next = 0;
            foreach ((byte[] bytes, bool _) in ByteLines.Of(stream, LongestLine))
            {
                line++;
                int mark = line == 1 && bytes.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
                long start = next + mark;
                next += bytes.Length + 1;
                ReadOnlyMemory<byte> text = bytes.AsMemory(mark);
                _ = Strict.GetCharCount(text.Span); // The parser would not look into every text.
                if (text.Span.Trim(" \t\r"u8).IsEmpty)
                {
                    continue;
                }
                using JsonDocument document = JsonDocument.Parse(text);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    throw new BadInputException($"{path}, line {line}: expected a JSON object, such as {example}");
                }
                visit(new JsonRecord(document.RootElement, path, line, folder) { Start = start, Length = text.Length });
            }
        }
        catch (JsonException error)
        {
            string reason = Sentence(error.Message);
            throw new BadInputException($"{path}, line {line}: not valid JSON: {reason}", error);
        }
        catch (InvalidDataException error)
        {
            throw new BadInputException($"{path}: line {line + 1} {error.Message}", error);
        }
        catch (DecoderFallbackException error)
        {
            throw new BadInputException($"{path}, line {line}: not valid UTF-8", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: the data cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Writes an object for each item, atomically; items are asked for as they are written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="items">One for each line.</param>
    /// <param name="writeFields">Writes what stands between the braces.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write<T>(string path, IEnumerable<T> items, Action<Utf8JsonWriter, T> writeFields) =>
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter writer = new(stream, ReadableText);
            foreach (T item in items)
            {
                writer.WriteStartObject();
                writeFields(writer, item);
                writer.WriteEndObject();
                writer.Flush();
                writer.Reset();
                stream.WriteByte((byte)'\n');
            }
        });

    // System.Text.Json appends a path and a line number of its own, which is always 0 here.
    private static string Sentence(string message)
    {
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
