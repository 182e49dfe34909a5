using System.Text.Json.Nodes;

namespace Retrace.Models.Network;

/// <summary>
/// YaRN: low rotary frequencies are divided by a factor, high ones kept, those between mixed, and attention is sharpened
/// a little.
/// </summary>
/// <remarks>Source: Peng et al. 2023 (arXiv 2309.00071), sections 3.2 to 3.4, as transformers computes it.</remarks>
/// <param name="Factor">s: how many times longer texts may be than those that the model was trained on.</param>
/// <param name="OriginalPositions">L: the longest text that the model was trained on.</param>
/// <param name="BetaFast">Frequencies that turn more often than this over L positions are kept.</param>
/// <param name="BetaSlow">Frequencies that turn less often than this over L positions are divided by the factor.</param>
/// <param name="Truncates">Whether the bounds between the three kinds are rounded to whole frequencies.</param>
/// <param name="AttentionFactor">What the cosines and sines are multiplied by.</param>
public sealed record YarnScaling(
    double Factor,
    double OriginalPositions,
    double BetaFast,
    double BetaSlow,
    bool Truncates,
    double AttentionFactor)
{
    /// <summary>The factor that the paper recommends for attention: 0.1·ln s + 1.</summary>
    /// <param name="factor">s</param>
    /// <param name="weight">What the logarithm is multiplied by besides.</param>
    public static double RecommendedAttention(double factor, double weight = 1) =>
        factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;

    /// <summary>Writes these numbers as <c>rope_scaling</c> in <c>config.json</c> has them.</summary>
    public void WriteTo(JsonObject rope)
    {
        rope["factor"] = Factor;
        rope["original_max_position_embeddings"] = OriginalPositions;
        rope["beta_fast"] = BetaFast;
        rope["beta_slow"] = BetaSlow;
        rope["truncate"] = Truncates;
        rope["attention_factor"] = AttentionFactor;
    }

    /// <summary>The scaled frequencies: [size / 2].</summary>
    /// <param name="size">The size of a head.</param>
    /// <param name="theta">θ of the rotary embedding.</param>
    public float[] Frequencies(int size, double theta)
    {
        float[] plain = Rotary.Frequencies(size, theta);
        double low = BoundOf(BetaFast);
        double high = BoundOf(BetaSlow);
        if (Truncates)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }
        low = Math.Max(low, 0);
        high = Math.Min(high, size - 1);
        double width = high == low ? 0.001 : high - low; // Never zero.
        for (int i = 0; i < plain.Length; i++)
        {
            double divided = Math.Clamp((i - low) / width, 0, 1);
            plain[i] = (float)((plain[i] / Factor * divided) + (plain[i] * (1 - divided)));
        }
        return plain;

        // The frequency, counted from the fastest, that turns so often over the original positions.
        double BoundOf(double turns) =>
            size * Math.Log(OriginalPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
    }
}
