namespace Retrace.Data.Inspection;

/// <summary>The distribution of sizes, in four numbers.</summary>
/// <param name="Smallest">The smallest.</param>
/// <param name="Median">Half are no larger.</param>
/// <param name="NinetyFifth">95 of a hundred are no larger.</param>
/// <param name="Largest">The largest.</param>
public sealed record Spread(long Smallest, long Median, long NinetyFifth, long Largest)
{
    /// <param name="sizes">At least one.</param>
    public static Spread Of(IEnumerable<long> sizes)
    {
        long[] sorted = [.. sizes.Order()];
        return new Spread(sorted[0], At(0.5), At(0.95), sorted[^1]);

        // The smallest of which the share is at least this.
        long At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
