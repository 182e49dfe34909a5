using System.Runtime.InteropServices;

namespace Retrace.Models.Native;

/// <summary>
/// The environment variables that native libraries read. On Linux and macOS .NET's own are a copy, so a change through
/// <see cref="Environment"/> never reaches them.
/// </summary>
internal static class NativeEnvironment
{
    /// <summary>The value of a variable, or null where there is none.</summary>
    public static string? Get(string name) => OperatingSystem.IsWindows()
        ? Environment.GetEnvironmentVariable(name)
        : Marshal.PtrToStringUTF8(GetUnix(name));

    /// <summary>Sets a variable unless the user has set it.</summary>
    public static void SetUnlessSet(string name, string value)
    {
        if (!OperatingSystem.IsWindows())
        {
            SetUnix(name, value, overwrite: 0);
        }
        else if (Environment.GetEnvironmentVariable(name) is null)
        {
            SetWindows(name, value);
        }
    }

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetUnix([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "setenv")]
    private static extern int SetUnix(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    // Changes the C runtime's variables and the process's, of which OpenMP's runtime reads the latter.
    [DllImport("ucrtbase", EntryPoint = "_putenv_s")]
    private static extern int SetWindows(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value);
}
