using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// The type of the weights that <c>config.json</c> names. Readers that load a model in the type it is said to have
/// would otherwise round what is stored.
/// </summary>
internal static class ConfigElementType
{
    // Older tools write the first, newer ones the second.
    private static readonly string[] Keys = ["torch_dtype", "dtype"];

    /// <summary>The type that a model's <c>config.json</c> names; null where it names none that is known.</summary>
    public static ScalarType? Of(JsonPart root)
    {
        JsonPart?[] parts = [root, root.FindValue("text_config")];
        string? name = parts.OfType<JsonPart>()
            .SelectMany(part => ((string[])["dtype", "torch_dtype"]).Select(part.FindValue))
            .OfType<JsonPart>()
            .FirstOrDefault(value => value.IsText)?.Text();
        return name?.Replace("torch.", "", StringComparison.Ordinal) switch
        {
            "bfloat16" => ScalarType.BFloat16,
            "float16" => ScalarType.Float16,
            "float32" => ScalarType.Float32,
            _ => null,
        };
    }

    /// <summary>
    /// The file with the type of the weights that are stored beside it; untouched where it names that already.
    /// </summary>
    /// <param name="config">The file as it is.</param>
    /// <param name="stored">The weights' types.</param>
    /// <param name="path">Where it lies, for messages.</param>
    /// <exception cref="BadInputException">It cannot be changed.</exception>
    public static byte[] Name(byte[] config, IEnumerable<ScalarType> stored, string path)
    {
        string? name = stored.Where(SafetensorsElementType.IsFloatingPoint).Cast<ScalarType?>().FirstOrDefault() switch
        {
            ScalarType.BFloat16 => "bfloat16",
            ScalarType.Float16 => "float16",
            ScalarType.Float32 => "float32",
            _ => null,
        };
        try
        {
            JsonObject root = JsonNode.Parse(config)!.AsObject();
            if (name is null || !Write(root, name))
            {
                return config;
            }
            return Encoding.UTF8.GetBytes(IndentedJson.Of(root));
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            // Shows when it is looked at.
            throw new BadInputException($"The file {path} holds a key twice, or text that is no valid Unicode.", error);
        }
    }

    // Whether anything had to be changed. Where parts name a type, it is theirs that is looked at for them.
    private static bool Write(JsonObject root, string name)
    {
        JsonObject[] parts =
            [root, .. ((string[])["text_config", "vision_config"]).Select(part => root[part]).OfType<JsonObject>()];
        bool changed = false;
        foreach (JsonObject part in parts)
        {
            string[] present = [.. Keys.Where(key => part[key] is not null)];
            foreach (string key in present.Length == 0 && part == root ? Keys[..1] : present)
            {
                if (part[key]?.ToString() != name)
                {
                    part[key] = name;
                    changed = true;
                }
            }
        }
        return changed;
    }
}
