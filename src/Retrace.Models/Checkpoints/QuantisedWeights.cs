using Retrace.Models.Json;

namespace Retrace.Models.Checkpoints;

/// <summary>
/// Weights of a few bits with scales beside them (AWQ, GPTQ, FP8, bitsandbytes and others), which are refused: they
/// cannot be trained, and none of their codes is read.
/// </summary>
internal static class QuantisedWeights
{
    private const string Remedy =
        "Retrace reads weights of bf16, fp16 or fp32; fetch the model that this one was made from, which is usually "
        + "published under the same name without the ending";

    // Of what the tools store in place of a weight, or beside it.
    private static readonly string[] Endings =
    [
        ".qweight", ".qzeros", ".weight_packed", ".weight_scale", ".weight_scale_inv", ".absmax", ".quant_map", ".SCB",
    ];

    /// <summary>Refuses a model whose <c>config.json</c> says that its weights are quantised.</summary>
    /// <exception cref="BadInputException">It does.</exception>
    public static void RefuseIn(JsonPart root)
    {
        foreach (JsonPart part in ((JsonPart?[])[root, root.FindValue("text_config")]).OfType<JsonPart>())
        {
            if (part.FindValue("quantization_config") is { IsUnset: false } found)
            {
                JsonPart? method = found.IsObject ? found.FindValue("quant_method") : null;
                string name = method is { IsText: true } ? $" by {method.Text()}" : "";
                throw new BadInputException(
                    $"{root.File}: the weights are quantised{name} ({found.Place}); {Remedy}.");
            }
        }
    }

    /// <summary>Refuses a checkpoint that holds quantised weights, whatever the configuration says.</summary>
    /// <param name="names">Its tensors.</param>
    /// <param name="directory">Where it lies, for messages.</param>
    /// <exception cref="BadInputException">It does.</exception>
    public static void RefuseAmong(IEnumerable<string> names, string directory)
    {
        string? found = names.FirstOrDefault(
            name => Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.Ordinal)));
        if (found is not null)
        {
            throw new BadInputException($"The weights in {directory} are quantised ('{found}'); {Remedy}.");
        }
    }

    /// <summary>What a message adds for an element type of quantised weights; nothing for others.</summary>
    /// <param name="type">As the header names it, such as F8_E4M3.</param>
    public static string Hint(string type) =>
        type.StartsWith("F8_", StringComparison.Ordinal) || type.StartsWith("F4", StringComparison.Ordinal)
            ? $": its weights are quantised; {Remedy}"
            : "";
}
