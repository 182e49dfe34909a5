using System.Collections.Immutable;
using Retrace.Models.Adapters;
using Retrace.Models.Checkpoints;
using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Families.Qwen2VL;
using Retrace.Models.Families.Qwen3VL;
using Retrace.Models.Json;
using Retrace.Models.Network;
using Retrace.Models.Text;
using static TorchSharp.torch;

namespace Retrace.Models;

/// <summary>
/// The families of models that can be loaded, found by <c>model_type</c> in a folder's <c>config.json</c>.
/// </summary>
public static class ModelFamilies
{
    private static ImmutableList<ModelFamily> _all =
        [new Qwen25VLFamily(), new Qwen2VLFamily(), Qwen3VLFamily.Dense, Qwen3VLFamily.WithExperts];

    /// <summary>All families, those of this library first.</summary>
    public static IReadOnlyList<ModelFamily> All => _all;

    /// <summary>The family of the models that are made here from nothing.</summary>
    public static ModelFamily Default => _all[0];

    /// <summary>The families' names, for messages.</summary>
    internal static string Names =>
        $"{string.Join(", ", _all.SkipLast(1).Select(family => family.Name))} or {_all[^1].Name}";

    /// <summary>Adds a family of one's own, which from now on is loaded as any other.</summary>
    /// <exception cref="ArgumentException">There is a family of this <c>model_type</c> already.</exception>
    public static void Register(ModelFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        ImmutableInterlocked.Update(
            ref _all,
            all => all.Exists(other => other.ModelType == family.ModelType)
                ? throw new ArgumentException($"There is a family \"{family.ModelType}\" already.", nameof(family))
                : all.Add(family));
    }

    /// <summary>
    /// Reads <c>config.json</c> of a model folder, and the stop tokens of <c>generation_config.json</c>, which come
    /// before its own.
    /// </summary>
    /// <exception cref="BadInputException">
    /// The first is missing, one is malformed, or no family has this architecture.
    /// </exception>
    public static ModelConfig LoadConfig(string directory)
    {
        string path = Path.Combine(directory, ModelConfig.ConfigFile);
        if (!File.Exists(path))
        {
            throw new BadInputException(
                $"{path} does not exist; --model must name a {Names} folder in the hub's layout.");
        }
        ModelConfig config = JsonPart.Read(path, root =>
        {
            QuantisedWeights.RefuseIn(root);
            return Find(root).ReadConfig(root) with { StoredType = ConfigElementType.Of(root) ?? TypeOfFiles(directory) };
        });
        config = config with { Chat = config.Family.ChatOf(directory) };
        string generation = Path.Combine(directory, ModelConfig.GenerationFile);
        return File.Exists(generation) && JsonPart.Read(generation, StopTokens.In) is { Count: > 0 } stops
            ? config with { Tokens = config.Tokens with { Stops = stops } }
            : config;
    }

    /// <summary>
    /// The chat format of the model in a folder, or of the model that an adapter there adapts; null where the folder does
    /// not say.
    /// </summary>
    public static ChatTemplate? ChatAt(string directory)
    {
        try
        {
            return LoadConfig(AdapterFolder.IsAt(directory) ? AdapterFolder.BaseModelOf(directory) : directory).Chat;
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    // Of the first weights that are numbers; fp32 where there are no weights yet.
    private static ScalarType TypeOfFiles(string directory)
    {
        if (!Checkpoint.IsAt(directory))
        {
            return ScalarType.Float32;
        }
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        return checkpoint.Names.Order(StringComparer.Ordinal).Select(checkpoint.ElementType)
            .FirstOrDefault(SafetensorsElementType.IsFloatingPoint, ScalarType.Float32);
    }

    private static ModelFamily Find(JsonPart root)
    {
        string type = root.FindValue("model_type")?.Text() ?? "nothing";
        return _all.Find(family => family.ModelType == type)
            ?? throw new BadInputException(
                $"{root.File}: model_type is \"{type}\"; Retrace runs "
                + $"{string.Join(", ", _all.Select(family => $"\"{family.ModelType}\""))}.");
    }
}
