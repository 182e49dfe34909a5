using System.Runtime.InteropServices;

namespace Retrace.Files;

/// <summary>Makes the names of new and renamed files in a folder survive a loss of power.</summary>
/// <remarks>
/// Flushing a file keeps what is in it through a loss of power. Its name is kept in the folder, which .NET cannot open.
/// </remarks>
public static class DirectoryFlush
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;

    /// <summary>Waits until the folder's entries are on the disk. Windows does this by itself.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public static void ToDisk(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        int descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }
        try
        {
            // Some network file systems have nothing to flush here, and report an invalid argument.
            if (Flush(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string directory) =>
        new($"{directory} cannot be written to the disk: {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
