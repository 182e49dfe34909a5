using Retrace.Models.Native;

namespace Retrace.Models.Tests.Native;

public sealed class MklKernelsTests
{
    [Theory]
    [InlineData("AuthenticAMD", false, true)]
    [InlineData("AuthenticAMD", true, false)]
    [InlineData("GenuineIntel", false, false)]
    [InlineData("", false, false)] // No x86.
    public void Kernels_are_held_back_on_processors_of_AMD_until_a_library_answers(
        string vendor, bool isAnswered, bool expected) =>
        Assert.Equal(expected, MklKernels.AreHeldBackOn(vendor, isAnswered));

    [Fact]
    public void The_vendor_is_the_one_that_the_system_names()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && !IsPreloaded, "Linux names it, and a library may answer.");
        Assert.Equal(
            File.ReadLines("/proc/cpuinfo").Any(line => line.EndsWith(": AuthenticAMD", StringComparison.Ordinal)),
            MklKernels.AreHeldBack);
    }

    private static bool IsPreloaded => Environment.GetEnvironmentVariable("LD_PRELOAD") is { Length: > 0 };
}
