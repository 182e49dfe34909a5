using Retrace.Models.Native;
using TorchSharp;

namespace Retrace.Models.Tests.Native;

public sealed class MemoryExhaustionTests
{
    // The texts as libtorch 2.10 writes them.
    [Theory]
    [InlineData(
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 139.81 GiB of which 3.19 MiB is "
        + "free. Including non-PyTorch memory, this process has 139.80 GiB memory in use.",
        true, "20.00 MiB")]
    [InlineData(
        "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript (most recent call "
        + "last):\n  File \"<string>\", line 3, in step\nRuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 1",
        true, "2.00 GiB")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported", true, null)]
    [InlineData("CUDA driver error: out of memory", true, null)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true, null)]
    [InlineData(
        "[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
        + "8053063680 bytes. Error code 12 (Cannot allocate memory)",
        false, "7.50 GiB")]
    [InlineData(
        "[enforce fail at alloc_cpu.cpp:127] data. DefaultCPUAllocator: not enough memory: you tried to allocate 1073741824 bytes.",
        false, "1.00 GiB")]
    public void It_is_recognised_by_what_libtorch_says(string message, bool isOfGpu, string? wanted) =>
        Assert.Equal(new MemoryExhaustion(isOfGpu, wanted), MemoryExhaustion.Of(message));

    [Theory]
    [InlineData("CUDA error: device-side assert triggered")]
    [InlineData("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)")]
    [InlineData("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling cublasSgemm")]
    public void Other_errors_are_not(string message) => Assert.Null(MemoryExhaustion.Of(message));

    [Fact]
    public void An_allocation_that_fails_on_this_machine_is_recognised()
    {
        Exception error = Assert.ThrowsAny<Exception>(() => torch.empty(1L << 50, device: torch.CPU));
        Assert.Equal(new MemoryExhaustion(IsOfGpu: false, "4194304.00 GiB"), MemoryExhaustion.In(error)); // 4 bytes each
    }

    [Fact]
    public void It_is_found_behind_other_errors_and_in_NET_s_own()
    {
        var exhausted = new MemoryExhaustion(IsOfGpu: false, Wanted: null);
        Assert.Equal(exhausted, MemoryExhaustion.In(new OutOfMemoryException()));
        Assert.Equal(exhausted, MemoryExhaustion.In(new InvalidOperationException("a task failed", new OutOfMemoryException())));
        Assert.Null(MemoryExhaustion.In(new InvalidOperationException("a task failed")));
    }

    [Fact]
    public void The_sentence_says_whose_memory_it_is_and_what_was_asked_for()
    {
        Assert.Equal(
            "The memory of the GPU is exhausted (2.00 GiB more were asked for)",
            new MemoryExhaustion(IsOfGpu: true, "2.00 GiB").Complaint);
        Assert.Equal(
            "The memory of this machine is exhausted", new MemoryExhaustion(IsOfGpu: false, Wanted: null).Complaint);
    }
}
