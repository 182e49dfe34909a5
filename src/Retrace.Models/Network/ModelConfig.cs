using System.Text;
using System.Text.Json.Nodes;
using Retrace.Models.Checkpoints;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Text;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// A model's family, sizes and special tokens: what <c>config.json</c> and <c>generation_config.json</c> say.
/// </summary>
/// <param name="Family">What these sizes are sizes of.</param>
/// <param name="Text">The decoder's sizes.</param>
/// <param name="Vision">The vision encoder's sizes, of the family's own kind.</param>
/// <param name="Tokens">The ids that the model looks at.</param>
public sealed record ModelConfig(ModelFamily Family, TextConfig Text, VisionConfig Vision, TokenIds Tokens)
{
    internal const string ConfigFile = "config.json";
    internal const string GenerationFile = "generation_config.json";

    private readonly ChatTemplate? _chat;

    /// <summary>The format in which a conversation becomes text; the family's unless its folder has another.</summary>
    public ChatTemplate Chat
    {
        get => _chat ?? Family.Chat;
        init => _chat = value;
    }

    /// <summary>The type of the stored weights: what <c>config.json</c> says, or else what the files hold.</summary>
    public ScalarType StoredType { get; init; } = ScalarType.Float32;

    /// <summary>
    /// The type that weights are computed in: bf16 if they are stored in bf16, else fp32.
    /// </summary>
    public ScalarType ComputeType => StoredType == ScalarType.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Keys of <c>config.json</c> that nothing reads and that are taken to change nothing.</summary>
    public IReadOnlyList<string> UnreadKeys { get; init; } = [];

    /// <summary>Replaces each image's single placeholder by as many as the image has tokens: t·h·w / merge².</summary>
    /// <param name="ids">A prompt's ids.</param>
    /// <param name="grids">The images' grids in the order of the prompt.</param>
    /// <exception cref="BadInputException">The prompt has more or fewer places than there are images.</exception>
    public int[] ExpandImages(int[] ids, IReadOnlyList<ImageGrid> grids)
    {
        int places = ids.Count(id => id == Tokens.ImagePad);
        if (places != grids.Count)
        {
            throw new BadInputException(
                $"A prompt has {places} places for images ({Chat.ImagePad}) but {grids.Count} images; they "
                + "should be equal.");
        }
        var expanded = new List<int>(ids.Length);
        int image = 0;
        foreach (int id in ids)
        {
            int count = id == Tokens.ImagePad ? grids[image++].TokenCount(Vision.MergeSize) : 1;
            expanded.AddRange(Enumerable.Repeat(id, count));
        }
        return [.. expanded];
    }

    /// <summary>Writes both files into a model's folder; the first names <see cref="StoredType"/>.</summary>
    public void Save(string directory)
    {
        string path = Path.Combine(directory, ConfigFile);
        byte[] content = Encoding.UTF8.GetBytes(IndentedJson.Of(Family.WriteConfig(this)));
        File.WriteAllBytes(path, ConfigElementType.Name(content, [StoredType], path));
        File.WriteAllText(Path.Combine(directory, GenerationFile), IndentedJson.Of(new JsonObject
        {
            ["bos_token_id"] = Tokens.EndOfText,
            ["pad_token_id"] = Tokens.EndOfText,
            ["eos_token_id"] = new JsonArray([.. Tokens.Stops.Select(id => (JsonNode)id)]),
        }));
    }
}
