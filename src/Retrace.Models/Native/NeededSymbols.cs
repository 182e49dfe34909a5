using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Retrace.Models.Native;

/// <summary>
/// The functions and variables of other libraries that TorchSharp's native library calls for, by their symbols: what a
/// libtorch of another version must have. Read off that library itself, a 64-bit little-endian ELF file (Linux).
/// </summary>
internal static class NeededSymbols
{
    private const int SectionOfDynamicSymbols = 11; // SHT_DYNSYM
    private const int SymbolSize = 24;
    private const int GlobalBinding = 1; // STB_GLOBAL; what is weak (2) may be absent.

    // Functions that nothing here ever calls, by parts of their symbols: of named tensors, and of storage that is copied
    // when it is written to; and libstdc++'s of eng/WeakenLibstdcxxRequirement.cs. The system's loader looks for a
    // function when it is first called, so they may be absent.
    private static readonly string[] Unused =
    [
        "Dimname", "_ZN2at4impl9get_names", "_ZN2at4impl9has_names", "cow23materialize_cow_storage",
        "_ZSt21ios_base_library_initv",
    ];

    // What TorchSharp's class of a custom autograd function calls: all by names that no other of its functions calls.
    private static readonly string[] CustomAutograd =
    [
        "_ZN5torch8autograd10deleteNode", "_ZN5torch8autograd13_wrap_outputs",
        "_ZNK5torch8autograd13SavedVariable6unpack",
    ];

    /// <summary>The symbols that a library does not define itself, in its order.</summary>
    /// <param name="elf">The library's file.</param>
    /// <exception cref="InvalidDataException">It is not such a file, or its tables are not within it.</exception>
    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> elf)
    {
        try
        {
            return Read(elf);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The tables of a native library are not within its file", error);
        }
    }

    /// <summary>Those of the symbols that a loaded library and those that it depends on do not have.</summary>
    /// <param name="library">Its handle.</param>
    public static IReadOnlyList<string> Missing(IEnumerable<string> symbols, nint library) =>
        [.. symbols.Where(symbol => !NativeLibrary.TryGetExport(library, symbol, out _))];

    /// <summary>
    /// Whether nothing here ever calls a function, so that it may be missing. A class's tables of methods and types (_ZT…)
    /// are wanted at once, whoever uses them.
    /// </summary>
    public static bool IsUnused(string symbol) =>
        !symbol.StartsWith("_ZT", StringComparison.Ordinal)
        && Array.Exists(Unused, part => symbol.Contains(part, StringComparison.Ordinal));

    /// <summary>Whether nothing but custom autograd functions calls a function.</summary>
    public static bool IsOfCustomAutograd(string symbol) =>
        Array.Exists(CustomAutograd, beginning => symbol.StartsWith(beginning, StringComparison.Ordinal));

    private static List<string> Read(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("It is no 64-bit little-endian ELF file");
        }
        int sections = checked((int)BinaryPrimitives.ReadInt64LittleEndian(elf[0x28..]));
        int sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3a..]);
        int sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
        List<string> undefined = [];
        for (int i = 0; i < sectionCount; i++)
        {
            ReadOnlySpan<byte> section = elf.Slice(sections + (i * sectionSize), sectionSize);
            if (BinaryPrimitives.ReadInt32LittleEndian(section[4..]) != SectionOfDynamicSymbols)
            {
                continue;
            }
            int link = BinaryPrimitives.ReadInt32LittleEndian(section[0x28..]);
            ReadOnlySpan<byte> names = Content(elf, elf.Slice(sections + (link * sectionSize), sectionSize));
            ReadOnlySpan<byte> symbols = Content(elf, section);
            for (int start = SymbolSize; start + SymbolSize <= symbols.Length; start += SymbolSize) // The first is none.
            {
                ReadOnlySpan<byte> symbol = symbols.Slice(start, SymbolSize);
                bool isDefined = BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]) != 0;
                if (!isDefined && symbol[4] >> 4 == GlobalBinding)
                {
                    ReadOnlySpan<byte> name = names[BinaryPrimitives.ReadInt32LittleEndian(symbol)..];
                    undefined.Add(Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]));
                }
            }
        }
        return undefined;
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> elf, ReadOnlySpan<byte> section) => elf.Slice(
        checked((int)BinaryPrimitives.ReadInt64LittleEndian(section[0x18..])),
        checked((int)BinaryPrimitives.ReadInt64LittleEndian(section[0x20..])));
}
