using System.Runtime.InteropServices;

namespace Retrace.Models.Native;

/// <summary>The host's memory that was freed, which .NET and GNU's C library keep for later allocations.</summary>
public static class FreedMemory
{
    /// <summary>
    /// Gives it back to the system. What one phase of a run has freed lies in pieces between what stays, and tensors of other
    /// sizes in the next phase would come on top of it. Arrays of pixels are large objects, which .NET collects so seldom
    /// that those of several steps lie beside one another. The C library's part is done where that is GNU's.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            Trim(kept: 0);
        }
        catch (EntryPointNotFoundException)
        {
            // Linux with another C library, such as musl, which keeps little.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int Trim(nuint kept);
}
