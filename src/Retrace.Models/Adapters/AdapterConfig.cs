using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Adapters;

/// <summary>What <c>adapter_config.json</c> in PEFT's layout says about a LoRA adapter.</summary>
/// <param name="Rank">r, the rank of the adapter.</param>
/// <param name="Alpha">α, the numerator of the adapter's scale α / r.</param>
/// <param name="Dropout">Probability with which an input is dropped while learning.</param>
/// <param name="BaseModel">The folder of the model that is adapted.</param>
internal sealed record AdapterConfig(int Rank, double Alpha, double Dropout, string BaseModel)
{
    // Switches and tables with which PEFT computes something other than Wx + (α/r)·BAx.
    private static readonly string[] Variants =
    [
        "use_dora", "use_rslora", "fan_in_fan_out", "lora_bias", "rank_pattern", "alpha_pattern", "modules_to_save",
        "layer_replication", "trainable_token_indices", "alora_invocation_tokens",
    ];

    // How an adapter may have begun that PEFT first takes off the model's own weights, again each time it loads them.
    private static readonly string[] BeginningsThatChangeTheModel = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    /// <summary>Reads an <c>adapter_config.json</c>.</summary>
    /// <exception cref="BadInputException">
    /// It cannot be read, or it is of an adapter that is not plain LoRA without biases.
    /// </exception>
    public static AdapterConfig Load(string path) => JsonPart.Read(path, root =>
    {
        Require(root["peft_type"], "LORA");
        if (root.Find("bias") is { } bias)
        {
            Require(bias, "none");
        }
        foreach (string key in Variants)
        {
            if (root.Find(key) is { IsUnset: false } variant)
            {
                throw variant.Instead("nothing; Retrace reads plain LoRA alone");
            }
        }
        if (root.Find("target_parameters") is { IsUnset: false } parameters && !AreOfExperts(parameters))
        {
            throw parameters.Instead($"nothing, or {string.Join(" and ", ExpertNames.Parameters)}");
        }
        if (root.Find("init_lora_weights") is { IsText: true } beginning
            && BeginningsThatChangeTheModel.Any(name => beginning.Text().StartsWith(name, StringComparison.Ordinal)))
        {
            throw beginning.Instead("one that leaves the model's weights alone; PEFT can save the adapter as plain LoRA");
        }
        int rank = root["r"].Integer();
        double dropout = root.Find("lora_dropout")?.Number() ?? 0;
        return new AdapterConfig(
            rank >= 1 ? rank : throw root["r"].Instead("a rank of at least 1"),
            root["lora_alpha"].Number(),
            dropout is >= 0 and < 1 ? dropout : throw root["lora_dropout"].Instead("a probability below 1"),
            root["base_model_name_or_path"].Text());
    });

    /// <summary>The content of an adapter's <c>adapter_config.json</c>.</summary>
    /// <param name="settings">Say which layers it covers.</param>
    /// <param name="names">The names of the model's layers.</param>
    /// <param name="baseModel">The folder of the model that is adapted.</param>
    public static string ToJson(LoraSettings settings, WeightNames names, string baseModel)
    {
        var json = new JsonObject
        {
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["lora_alpha"] = double.IsInteger(settings.Alpha) ? (long)settings.Alpha : settings.Alpha,
            ["lora_dropout"] = settings.Dropout,
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = settings.Rank,
            ["target_modules"] = new JsonArray(
                [.. settings.Targets.Where(target => target != LoraSettings.Experts).Select(target => (JsonNode)target)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = false,
            ["use_rslora"] = false,
        };
        if (settings.AdaptsExperts)
        {
            json["target_parameters"] = new JsonArray([.. ExpertNames.Parameters.Select(name => (JsonNode)name)]);
        }
        if (!settings.Vision)
        {
            // The encoder may have layers of the same names. The pattern fits all places where transformers has had it.
            json["exclude_modules"] = names.VisionPattern;
        }
        return IndentedJson.Of(json);
    }

    // Names may have more before them, or less. Of one parameter alone the tensors do not say which it is.
    private static bool AreOfExperts(JsonPart parameters)
    {
        string[] named = [.. parameters.Items().Select(item => item.Text())];
        return Array.TrueForAll(named, name => Array.Exists(ExpertNames.Parameters, one => IsOf(name, one)))
            && Array.TrueForAll(ExpertNames.Parameters, one => Array.Exists(named, name => IsOf(name, one)));

        static bool IsOf(string name, string parameter) => name.EndsWith(parameter, StringComparison.Ordinal);
    }

    private static void Require(JsonPart part, string value)
    {
        if (!part.IsText || part.Text() != value)
        {
            throw part.Instead($"\"{value}\"");
        }
    }
}
