namespace Retrace.Models.Network;

/// <summary>How a model's routers spread tokens over their experts, counted while it learns.</summary>
public sealed class ExpertLoad
{
    private readonly Dictionary<int, long[]> _counts = []; // By layer: tokens of each expert.

    /// <summary>
    /// The evenness of the load since the last call, and begins anew: the entropy of the experts' shares of a layer's
    /// tokens by that of equal shares, as the mean over the layers. 1 where all get as much, 0 where one gets all; null
    /// where nothing was counted.
    /// </summary>
    public double? TakeEvenness()
    {
        double[] evenness = [.. _counts.Values.Where(counts => counts.Length > 1 && counts.Sum() > 0).Select(Of)];
        _counts.Clear();
        return evenness.Length == 0 ? null : evenness.Average();
    }

    /// <summary>Counts a pass.</summary>
    /// <param name="layer">The decoder's layer.</param>
    /// <param name="tokens">[E] tokens of each expert.</param>
    internal void Add(int layer, IReadOnlyList<long> tokens)
    {
        if (!_counts.TryGetValue(layer, out long[]? counts))
        {
            _counts.Add(layer, counts = new long[tokens.Count]);
        }
        for (int expert = 0; expert < counts.Length; expert++)
        {
            counts[expert] += tokens[expert];
        }
    }

    private static double Of(long[] counts)
    {
        double whole = counts.Sum();
        return counts.Where(count => count > 0).Sum(count => -count / whole * Math.Log(count / whole))
            / Math.Log(counts.Length);
    }
}
