using System.Runtime.InteropServices;
using Retrace.Models.Native;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Native;

/// <summary>What TorchSharp's native library needs, read off its file on Linux.</summary>
public sealed class NeededSymbolsTests
{
    // What libtorch 2.14 (Debian's) lacks of what TorchSharp 0.107 needs, found with readelf: 15 of 1 204.
    private static readonly string[] OfNamedTensorsAndStorage =
    [
        "_ZN2at4_ops12refine_names4callERKNS_6TensorEN3c108ArrayRefINS_7DimnameEEE",
        "_ZN2at4_ops17unflatten_Dimname4callERKNS_6TensorENS_7DimnameEN3c108ArrayRefINS6_6SymIntEEENS7_IS5_EE",
        "_ZN2at4_ops19flatten_DimnameList4callERKNS_6TensorEN3c108ArrayRefINS_7DimnameEEES7_",
        "_ZN2at4_ops21align_to_ellipsis_idx4callERKNS_6TensorEN3c108ArrayRefINS_7DimnameEEEl",
        "_ZN2at4_ops6rename4callERKNS_6TensorESt8optionalIN3c108ArrayRefINS_7DimnameEEEE",
        "_ZN2at4_ops7rename_4callERNS_6TensorESt8optionalIN3c108ArrayRefINS_7DimnameEEEE",
        "_ZN2at4_ops8align_to4callERKNS_6TensorEN3c108ArrayRefINS_7DimnameEEE",
        "_ZN2at4impl9get_namesEPKN3c1010TensorImplE",
        "_ZN2at4impl9has_namesEPKN3c1010TensorImplE",
        "_ZN2at7Dimname10fromSymbolEN3c106SymbolE",
        "_ZN2at7Dimname8wildcardEv",
        "_ZN3c104impl3cow23materialize_cow_storageERNS_11StorageImplE",
    ];

    // Of _wrap_outputs the beginning.
    private static readonly string[] OfCustomAutograd =
    [
        "_ZN5torch8autograd10deleteNodeEPNS0_4NodeE",
        "_ZN5torch8autograd13_wrap_outputsERKSt6vectorIN2at6TensorESaIS3_EE",
        "_ZNK5torch8autograd13SavedVariable6unpackESt10shared_ptrINS0_4NodeEE",
    ];

    [Fact]
    public void The_builds_own_libtorch_has_all_symbols_and_another_library_has_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF files are Linux's");
        using Tensor one = ones(1); // Loads libtorch.
        string folder = LibTorch.Loaded().Folder;
        IReadOnlyList<string> symbols = NeededSymbols.Of(File.ReadAllBytes(Path.Combine(folder, "libLibTorchSharp.so")));

        Assert.InRange(symbols.Count(symbol => symbol.Contains("torch") || symbol.StartsWith("_ZN2at")), 1000, 2000);
        IReadOnlyList<string> ofOwn =
            NeededSymbols.Missing(symbols, NativeLibrary.Load(Path.Combine(folder, "libtorch_cpu.so")));
        Assert.All(ofOwn, symbol => Assert.True(NeededSymbols.IsUnused(symbol), symbol)); // On Debian 12, one of libstdc++'s.
        Assert.InRange(ofOwn.Count, 0, 1);
        IReadOnlyList<string> missing =
            NeededSymbols.Missing(symbols, NativeLibrary.Load(Path.Combine(folder, "libc10.so")));
        Assert.Contains("_ZN2at4_ops6matmul4callERKNS_6TensorES4_", missing);
        Assert.DoesNotContain(
            "_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", missing);
    }

    [Fact]
    public void Named_tensors_may_be_missing_and_custom_autograd_is_told_apart()
    {
        Assert.All(OfNamedTensorsAndStorage, symbol => Assert.True(NeededSymbols.IsUnused(symbol), symbol));
        Assert.All(OfCustomAutograd, symbol => Assert.False(NeededSymbols.IsUnused(symbol), symbol));
        Assert.All(OfCustomAutograd, symbol => Assert.True(NeededSymbols.IsOfCustomAutograd(symbol), symbol));
        Assert.All(OfNamedTensorsAndStorage, symbol => Assert.False(NeededSymbols.IsOfCustomAutograd(symbol), symbol));
        Assert.False(NeededSymbols.IsUnused("_ZTVN2at7DimnameE"));
        Assert.False(NeededSymbols.IsUnused("_ZN2at4_ops6matmul4callERKNS_6TensorES4_"));
    }

    [Fact]
    public void A_libtorch_that_lacks_what_is_called_for_is_refused_by_name_and_2_14_is_taken()
    {
        string[] missing = [.. OfNamedTensorsAndStorage, .. OfCustomAutograd];
        Assert.Null(LibTorch.ComplaintAbout(missing, 1204));
        Assert.Equal(
            "which lacks 2 of the 1204 symbols that TorchSharp calls for, such as _ZN2at4_ops6matmul4callERKNS_6TensorES4_",
            LibTorch.ComplaintAbout(
                [.. missing, "_ZN2at4_ops6matmul4callERKNS_6TensorES4_", "_ZTVN2at7DimnameE"], 1204));
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused_and_so_is_one_that_ends_too_early()
    {
        Assert.Throws<InvalidDataException>(() => NeededSymbols.Of(new byte[100]));
        byte[] cut = new byte[100];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(cut, 0);
        cut[0x28] = 90; // Where sections begin,
        cut[0x3a] = 64; // their size,
        cut[0x3c] = 1;  // and how many there are.
        Assert.Throws<InvalidDataException>(() => NeededSymbols.Of(cut));
    }
}
