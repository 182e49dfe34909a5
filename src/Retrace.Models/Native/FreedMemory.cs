using System.Runtime.InteropServices;

namespace Retrace.Models.Native;

/// <summary>The host's memory that was freed, which GNU's C library keeps for later allocations.</summary>
public static class FreedMemory
{
    /// <summary>
    /// Gives it back to the system. What one phase of a run has freed lies in pieces between what stays, and tensors of other
    /// sizes in the next phase would come on top of it. Does nothing where the C library is another one.
    /// </summary>
    public static void GiveBack()
    {
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
