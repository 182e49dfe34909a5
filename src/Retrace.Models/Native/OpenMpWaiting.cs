namespace Retrace.Models.Native;

/// <summary>
/// Keeps the threads of libtorch's OpenMP runtime from spinning for long while they wait for one another.
/// </summary>
/// <remarks>
/// Every tensor operation that is worth several threads ends with all of them waiting for the last. By default a
/// waiting thread spins for milliseconds. Where other processes want the cores too, that time is taken from the very
/// thread it waits for, and work takes ten times as long as it should. A short spin costs nothing there and keeps the
/// pace of a machine with nothing else to do, on which sleeping at once would be slower: docs/performance.md has the
/// figures.
/// </remarks>
internal static class OpenMpWaiting
{
    /// <summary>The variable for all runtimes: active or passive.</summary>
    public const string Policy = "OMP_WAIT_POLICY";

    /// <summary>The number of loops that a thread of GNU's runtime (Linux) spins; by default 300 000.</summary>
    public const string GnuSpins = "GOMP_SPINCOUNT";

    /// <summary>
    /// Milliseconds that a thread of LLVM's or Intel's runtime (macOS, Windows) spins; by default 200.
    /// </summary>
    public const string LlvmMilliseconds = "KMP_BLOCKTIME";

    /// <summary>Sets the limits, unless the user has. For <see cref="NativeSettings"/>.</summary>
    public static void Limit()
    {
        if (NativeEnvironment.Get(Policy) is not null)
        {
            return;
        }
        NativeEnvironment.SetUnlessSet(GnuSpins, "1000");
        NativeEnvironment.SetUnlessSet(LlvmMilliseconds, "0"); // 1, the next, costs dearly: it yields time slices.
    }
}
