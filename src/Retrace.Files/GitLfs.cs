namespace Retrace.Files;

/// <summary>Git LFS pointers: a few lines of text in place of data that has not been fetched.</summary>
public static class GitLfs
{
    /// <summary>How many bytes at the beginning of a file show whether it is a pointer.</summary>
    public static int Beginning => "version https://git-lfs"u8.Length;

    /// <summary>Whether bytes at the beginning of a file are a pointer's.</summary>
    /// <param name="beginning">The first bytes, eight or more.</param>
    public static bool IsPointer(ReadOnlySpan<byte> beginning)
    {
        ReadOnlySpan<byte> pointer = "version https://git-lfs"u8;
        int length = Math.Min(beginning.Length, pointer.Length);
        return length >= 8 && beginning[..length].SequenceEqual(pointer[..length]);
    }

    /// <summary>What is wrong with a file that is a pointer, and what to do about it, without a full stop.</summary>
    public static string Complaint(string path) => $"{path} is a Git LFS pointer, not the data; fetch it with git lfs pull";
}
