using Retrace.Models.Json;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// Reads the rotary embedding's settings: <c>rope_scaling</c>, or <c>rope_parameters</c> as newer tools name it, which
/// may hold <c>rope_theta</c> too. A scaling that is not computed is refused.
/// </summary>
/// <param name="text">The part of <c>config.json</c> with the decoder's keys.</param>
internal sealed class RopeReading(JsonPart text)
{
    private static readonly ConfigKeys Keys = new(
    [
        "type", "rope_type", "mrope_section", "mrope_interleaved", "rope_theta", "factor",
        "original_max_position_embeddings", "beta_fast", "beta_slow", "attention_factor", "mscale", "mscale_all_dim",
        "truncate", "partial_rotary_factor",
    ]);

    private readonly JsonPart _rope = Find(text);

    /// <summary>Frequencies of each of the three axes, as the file has them.</summary>
    public int[] Sections => _rope["mrope_section"].Integers();

    /// <summary>Whether the axes take turns, where the file says so.</summary>
    public bool? Interleaved => _rope.FindValue("mrope_interleaved")?.Flag();

    /// <param name="otherwise">θ where the file is silent.</param>
    public double Theta(double otherwise) =>
        (_rope.FindValue("rope_theta") ?? text.FindValue("rope_theta"))?.Number() ?? otherwise;

    /// <summary>The scaling, if there is one; the plain embedding has none.</summary>
    /// <param name="maxPositions">Stands for the original length where the file has none.</param>
    /// <exception cref="BadInputException">The scaling is of a kind that is not computed.</exception>
    public YarnScaling? Yarn(int maxPositions)
    {
        foreach (string _ in Keys.Unread(_rope))
        {
            // Those that are set are refused on the way.
        }
        RequireWhole(_rope);
        RequireWhole(text);
        JsonPart? named = _rope.FindValue("rope_type") ?? _rope.FindValue("type");
        switch (named?.Text())
        {
            case null or "default" or "mrope":
                return null;
            case "yarn":
                return ReadYarn(maxPositions);
            case string other:
                throw new BadInputException(
                    $"{_rope.File}: the rotary embedding is scaled by \"{other}\" (rope_scaling); Retrace computes "
                    + "\"yarn\" and the plain embedding, \"default\" or \"mrope\".");
        }
    }

    private static JsonPart Find(JsonPart text) =>
        text.FindValue("rope_scaling") is { IsUnset: false } scaling ? scaling
        : text.FindValue("rope_parameters") ?? text["rope_scaling"];

    private static void RequireWhole(JsonPart part)
    {
        if (part.FindValue("partial_rotary_factor")?.Number() is double share && share != 1)
        {
            throw new BadInputException(
                $"{part.File}: partial_rotary_factor is {share}; Retrace rotates whole heads, which is 1.");
        }
    }

    private YarnScaling ReadYarn(int maxPositions)
    {
        double factor = Positive("factor")
            ?? throw new BadInputException($"{_rope.File}: rope_scaling is of type \"yarn\" and has no factor.");
        double original = (text.FindValue("original_max_position_embeddings")
            ?? _rope.FindValue("original_max_position_embeddings"))?.Number() ?? maxPositions;
        double attention = Positive("attention_factor")
            ?? (Positive("mscale") is double weight && Positive("mscale_all_dim") is double all
                ? YarnScaling.RecommendedAttention(factor, weight) / YarnScaling.RecommendedAttention(factor, all)
                : YarnScaling.RecommendedAttention(factor));
        return original > 0
            ? new YarnScaling(
                factor,
                original,
                BetaFast: Positive("beta_fast") ?? 32,
                BetaSlow: Positive("beta_slow") ?? 1,
                Truncates: _rope.FindValue("truncate")?.Flag() ?? true,
                attention)
            : throw new BadInputException(
                $"{_rope.File}: original_max_position_embeddings is {original} and must be positive.");
    }

    // Zero stands for nothing, as in the reference.
    private double? Positive(string key) => _rope.FindValue(key)?.Number() switch
    {
        null or 0 => null,
        > 0 and double number when double.IsFinite(number) => number,
        double number => throw new BadInputException($"{_rope.File}: {key} is {number} and must be positive."),
    };
}
