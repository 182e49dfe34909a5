using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Retrace.Runs;

/// <summary>Converts records to lines of a run's files, and back.</summary>
internal static class RunLine
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // The files are read by people and by JSON parsers, never as part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new FiniteNumberConverter(), new JsonStringEnumConverter<GuardVerdict>(JsonNamingPolicy.SnakeCaseLower),
        },
    };

    /// <summary>Writes a record as UTF-8 JSON that ends in its only newline.</summary>
    public static byte[] Write<T>(T record)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(record, Options);
        return [.. json, (byte)'\n'];
    }

    /// <exception cref="JsonException">The line is not a complete record.</exception>
    public static T Read<T>(string line) =>
        JsonSerializer.Deserialize<T>(line, Options) ?? throw new JsonException("The line is null.");

    /// <inheritdoc cref="Read{T}(string)"/>
    public static T Read<T>(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize<T>(line, Options) ?? throw new JsonException("The line is null.");

    // Serves double? too: the serializer's own converter for nullables hands it every value that is not null.
    private sealed class FiniteNumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDouble() is double value && double.IsFinite(value)
                ? value
                : throw new JsonException("A number is too large.");

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
