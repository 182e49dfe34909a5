namespace Retrace.Statistics;

/// <summary>The five intervals of an answer's frequency: [0, 0.2), [0.2, 0.4), … [0.8, 1.0].</summary>
internal static class FrequencyInterval
{
    public const int Count = 5;

    /// <summary>The interval that occurrences / samples falls into, found without rounding.</summary>
    public static int Of(int occurrences, int samples) => Math.Min(Count * occurrences / samples, Count - 1);
}
