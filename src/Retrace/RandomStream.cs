namespace Retrace;

/// <summary>
/// Random streams named by where they are used: (seed, step, problem, trajectory, …).
/// </summary>
/// <remarks>
/// All randomness of a run comes from streams whose names follow from where they are used, never from a generator that
/// is carried along. A resumed run therefore samples what the unbroken one would have sampled, with no generator state
/// to save, and the order in which work is done does not change what is sampled. There are 2^31 different streams: of a
/// million names some 230 pairs share one.
/// </remarks>
public static class RandomStream
{
    /// <summary>The stream of this name: the same arguments always give the same numbers.</summary>
    public static Random For(long seed, params ReadOnlySpan<long> place)
    {
        ulong state = Mix((ulong)seed);
        foreach (long part in place)
        {
            state = Mix(state ^ Mix((ulong)part));
        }
        return new Random((int)(state & int.MaxValue));
    }

    // The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
