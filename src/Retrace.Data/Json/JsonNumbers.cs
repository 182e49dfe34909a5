using System.Text.Json;

namespace Retrace.Data.Json;

/// <summary>Whole numbers, such as token ids, in JSON.</summary>
internal static class JsonNumbers
{
    /// <summary>Writes a member whose value is an array of numbers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter writer, string name, IEnumerable<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (int number in numbers)
        {
            writer.WriteNumberValue(number);
        }
        writer.WriteEndArray();
    }
}
