using System.Text.Json;
using System.Text.Json.Nodes;

namespace Retrace.Models.Json;

/// <summary>JSON as the files of a checkpoint are written: indented, with a line break at the end.</summary>
internal static class IndentedJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The text of a JSON file with this content.</summary>
    public static string Of(JsonNode json) => json.ToJsonString(Indented) + "\n";
}
