using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>Access to a record's fields for the readers of benchmarks.</summary>
internal static class RecordFields
{
    /// <summary>The text of a field that must not be blank.</summary>
    /// <exception cref="UnusableRecordException">There is none.</exception>
    public static string Required(this IDataRecord record, string field) =>
        record.Text(field) switch
        {
            null => throw new UnusableRecordException($"it has no field \"{field}\""),
            var text when string.IsNullOrWhiteSpace(text) =>
                throw new UnusableRecordException($"its field \"{field}\" is empty") { IsEmpty = true },
            var text => text,
        };

    /// <summary>The texts of a list without the missing ones.</summary>
    public static IReadOnlyList<string> List(this IDataRecord record, string field, string? member = null) =>
        [.. record.Texts(field, member).OfType<string>()];

    /// <summary>The images of a field that must have at least one.</summary>
    /// <exception cref="UnusableRecordException">There is none, or one cannot be used.</exception>
    public static IReadOnlyList<ProblemImage> RequiredImages(
        this IDataRecord record, string field, string id, string below = "") =>
        record.Images(field, id, below) is { Count: > 0 } images
            ? images
            : throw new UnusableRecordException($"it has no image in its field \"{field}\"");

    /// <summary>The fields that have a value, as categories.</summary>
    public static IReadOnlyList<(string Field, string Value)> Categories(
        params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        List<(string, string)> found = [];
        foreach ((string field, string? value) in fields)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                found.Add((field, value));
            }
        }
        return found;
    }
}
