using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Native;

public sealed class FreedMemoryTests
{
    private const string PagesOfProcess = "/proc/self/pagemap"; // 8 bytes a page, the last bit of which says that it is in memory.
    private const int Floats = 25_000; // Of each tensor: too few for the C library to ask the system for one alone.

    [Fact]
    public void What_was_freed_between_tensors_that_stay_goes_back_to_the_system()
    {
        Assert.SkipUnless(File.Exists(PagesOfProcess) && IsGnu(), "needs Linux with GNU's C library");
        using DisposeScope scope = NewDisposeScope();
        Tensor[] tensors = [.. Enumerable.Range(0, 640).Select(_ => ones(Floats))];
        Tensor[] freed = [.. tensors.Where((_, i) => i % 16 != 0)];
        nint[] addresses = Array.ConvertAll(freed, AddressOf);
        foreach (Tensor tensor in freed)
        {
            tensor.Dispose();
        }
        int held = addresses.Count(IsInMemory);

        FreedMemory.GiveBack();

        int left = addresses.Count(IsInMemory);
        Assert.True(held > 300 && left < held / 2, $"{held} of {freed.Length} before, {left} after");
        Assert.All(tensors.Where((_, i) => i % 16 == 0), stays => Assert.Equal(Floats, stays.sum().item<float>()));
    }

    private static bool IsGnu() => NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _);

    private static nint AddressOf(Tensor tensor) =>
        Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(tensor.bytes));

    // The page in the middle of a tensor.
    private static bool IsInMemory(nint address)
    {
        using FileStream pages = File.OpenRead(PagesOfProcess);
        pages.Position = (address + (Floats * sizeof(float) / 2)) / Environment.SystemPageSize * sizeof(long);
        Span<byte> page = stackalloc byte[sizeof(long)];
        pages.ReadExactly(page);
        return (page[^1] & 0x80) != 0;
    }
}
