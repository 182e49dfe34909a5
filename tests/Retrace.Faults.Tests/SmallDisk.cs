using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>A disk that a test can fill and make read-only: a tmpfs of Linux, which only root may mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts one, or does without the test where that is not permitted.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A small disk is made with Linux's tmpfs.");
        string path = Directory.CreateTempSubdirectory("retrace-disk-").FullName;
        string? refusal = Mount("-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path);
        if (refusal is not null)
        {
            Directory.Delete(path);
        }
        Requirement.Check(
            refusal is null, $"This process may not mount a small disk, for which it has to be root: {refusal}");
        return new SmallDisk(path);
    }

    public void Resize(int megabytes) => Assert.Null(Mount("-o", $"remount,size={megabytes}m", Path));

    public void MakeReadOnly() => Assert.Null(Mount("-o", "remount,ro", Path));

    public void MakeWritable() => Assert.Null(Mount("-o", "remount,rw", Path));

    /// <summary>Leaves no space at all.</summary>
    public void Fill()
    {
        using FileStream file = new(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[1 << 20];
        for (int length = block.Length; length > 0; length = length > 512 ? length / 2 : 0)
        {
            try
            {
                while (true)
                {
                    file.Write(block, 0, length);
                }
            }
            catch (IOException)
            {
                // Full for blocks of this size.
            }
        }
    }

    public void MakeSpace() => File.Delete(Ballast);

    public void Dispose()
    {
        using var unmounting = Process.Start("umount", ["--lazy", Path]);
        unmounting.WaitForExit();
        Directory.Delete(Path);
    }

    // What the command said where it failed.
    private static string? Mount(params string[] arguments)
    {
        using var mounting = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        string error = mounting.StandardError.ReadToEnd();
        mounting.WaitForExit();
        return mounting.ExitCode == 0 ? null : error.Trim();
    }
}
