using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Lets libLibTorchSharp.so load where the system's libstdc++ predates GCC 13.
/// </summary>
/// <remarks>
/// The library asks for the symbol version GLIBCXX_3.4.32, which Debian 12 and Ubuntu 22.04 do not have. The one
/// symbol behind that version, _ZSt21ios_base_library_initv, has no relocation: nothing calls it. Setting
/// VER_FLG_WEAK on the version's entry in .gnu.version_r turns the loader's error into a note. Only a file
/// in the output folder is changed, never the one in the package folder (outputs may be hard links to it), and
/// a file that is already cured, or a system that needs no cure, is left alone.
/// </remarks>
public sealed class WeakenLibstdcxxRequirement : Task
{
    private const string NeededVersion = "GLIBCXX_3.4.32";
    private const uint GnuVersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const byte WeakFlag = 0x2;                   // VER_FLG_WEAK

    private static readonly string[] SystemLibraryFolders =
        { "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/local/lib64", "/usr/lib", "/lib" };

    [Required]
    public ITaskItem[] Files { get; set; } = Array.Empty<ITaskItem>();

    /// <summary>Also where this system needs no cure: the files go to others.</summary>
    public bool Always { get; set; }

    public override bool Execute()
    {
        if (!Always && SystemProvidesNeededVersion())
        {
            return true;
        }
        foreach (ITaskItem item in Files)
        {
            string path = item.GetMetadata("FullPath");
            byte[] image = File.ReadAllBytes(path);
            if (!MarkWeak(image))
            {
                continue;
            }
            // A new file under the old name breaks a hard link into the package folder. The old time stamp keeps
            // the next incremental build from copying the original over it.
            DateTime written = File.GetLastWriteTimeUtc(path);
            string temporary = path + "." + Guid.NewGuid().ToString("N");
            File.WriteAllBytes(temporary, image);
            File.SetLastWriteTimeUtc(temporary, written);
            File.Delete(path);
            File.Move(temporary, path);
            Log.LogMessage(MessageImportance.Normal, "{0}: {1} is now a weak requirement", path, NeededVersion);
        }
        return true;
    }

    private static bool SystemProvidesNeededVersion()
    {
        foreach (string folder in SystemLibraryFolders)
        {
            string path = Path.Combine(folder, "libstdc++.so.6");
            if (File.Exists(path))
            {
                // Latin-1 keeps one character a byte, so that a text search is a byte search.
                string text = Encoding.GetEncoding("ISO-8859-1").GetString(File.ReadAllBytes(path));
                return text.IndexOf(NeededVersion + "\0", StringComparison.Ordinal) >= 0;
            }
        }
        return true; // Nothing to judge by: leave the file as its makers built it.
    }

    /// <summary>Sets the weak flag in a 64-bit little-endian ELF image; false when there is nothing to change.</summary>
    private static bool MarkWeak(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
        {
            return false;
        }
        int sectionTable = (int)BitConverter.ToUInt64(elf, 0x28);
        int sectionSize = BitConverter.ToUInt16(elf, 0x3a);
        int sectionCount = BitConverter.ToUInt16(elf, 0x3c);
        bool changed = false;
        for (int index = 0; index < sectionCount; index++)
        {
            int section = sectionTable + index * sectionSize;
            if (BitConverter.ToUInt32(elf, section + 4) != GnuVersionNeedSection)
            {
                continue;
            }
            int firstNeed = (int)BitConverter.ToUInt64(elf, section + 0x18);
            int namesSection = (int)BitConverter.ToUInt32(elf, section + 0x28);
            int needCount = (int)BitConverter.ToUInt32(elf, section + 0x2c);
            int names = (int)BitConverter.ToUInt64(elf, sectionTable + namesSection * sectionSize + 0x18);
            changed |= MarkWeak(elf, firstNeed, needCount, names);
        }
        return changed;
    }

    private static bool MarkWeak(byte[] elf, int need, int needCount, int names)
    {
        bool changed = false;
        for (int n = 0; n < needCount; n++)
        {
            int entryCount = BitConverter.ToUInt16(elf, need + 2);
            int entry = need + (int)BitConverter.ToUInt32(elf, need + 8);
            for (int e = 0; e < entryCount; e++)
            {
                int flags = entry + 4;
                int name = names + (int)BitConverter.ToUInt32(elf, entry + 8);
                if ((elf[flags] & WeakFlag) == 0 && NameIs(elf, name, NeededVersion))
                {
                    elf[flags] |= WeakFlag;
                    changed = true;
                }
                entry += (int)BitConverter.ToUInt32(elf, entry + 12);
            }
            need += (int)BitConverter.ToUInt32(elf, need + 12);
        }
        return changed;
    }

    private static bool NameIs(byte[] bytes, int start, string name)
    {
        return bytes[start + name.Length] == 0 && Encoding.ASCII.GetString(bytes, start, name.Length) == name;
    }
}
