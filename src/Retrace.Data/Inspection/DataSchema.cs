using System.Text.Json;
using Retrace.Data.Json;
using Retrace.Data.Parquet;

namespace Retrace.Data.Inspection;

/// <summary>The columns or fields of a data file.</summary>
/// <param name="Size">How many records, in words.</param>
/// <param name="Fields">Names and what they hold.</param>
public sealed record DataSchema(string Size, IReadOnlyList<(string Name, string Kind)> Fields)
{
    /// <exception cref="BadInputException">The file cannot be read, or is of another format.</exception>
    public static DataSchema Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".parquet" => OfParquet(path),
        ".jsonl" => OfLines(path),
        ".json" when JsonDocumentFile.HoldsLines(path) => OfLines(path),
        ".json" => OfJson("records", visit => JsonDocumentFile.Read(path, visit)),
        _ => throw new BadInputException($"{path}: data are read from .jsonl, .json and .parquet files"),
    };

    /// <summary>Whether a problem's field of that name is read; those of benchmarks are others.</summary>
    public static bool IsRead(string field) => ProblemFields.Read.Contains(field);

    private static DataSchema OfLines(string path) =>
        OfJson("lines", visit => JsonLinesFile.Read(path, "{\"question\": …}", visit));

    private static DataSchema OfParquet(string path)
    {
        ParquetDescription file = ParquetFile.Describe(path);
        return new DataSchema($"{file.Rows} rows in {file.RowGroups} row groups", file.Columns);
    }

    private static DataSchema OfJson(string unit, Action<Action<JsonRecord>> read)
    {
        int records = 0;
        List<string> names = [];
        Dictionary<string, (int Count, HashSet<string> Kinds)> fields = [];
        read(record =>
        {
            records++;
            foreach ((string name, JsonValueKind kind) in record.Fields)
            {
                if (!fields.TryGetValue(name, out (int Count, HashSet<string> Kinds) field))
                {
                    names.Add(name);
                    field = (0, []);
                }
                field.Kinds.Add(NameOf(kind));
                fields[name] = (field.Count + 1, field.Kinds);
            }
        });
        return new DataSchema(
            $"{records} {unit}",
            [
                .. names.Select(name => (name, string.Join(" or ", fields[name].Kinds)
                    + (fields[name].Count < records ? $", in {fields[name].Count}" : ""))),
            ]);
    }

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "text",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
