using Retrace.Models.Native;

namespace Retrace.Models.Tests.Native;

public sealed class InstructionSetTests
{
    // libtorch itself says AVX2 or AVX512 where it has found these; so does the system.
    [Fact]
    public void Extensions_are_those_that_the_system_lists()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo"), "The system's list is Linux's.");
        string[] flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags"))?.Split(' ') ?? [];
        Assert.SkipWhen(flags.Length == 0, "This processor has other names for them.");
        string[] found = InstructionSet.Extensions.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        foreach ((string flag, string name) in new[]
        {
            ("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 BF16"), ("amx_bf16", "AMX BF16"),
        })
        {
            Assert.True(flags.Contains(flag) == found.Contains(name), $"{flag}: {InstructionSet.Extensions}");
        }
    }

    [Fact]
    public void What_restricts_libtorch_is_told()
    {
        const string Variable = "ATEN_CPU_CAPABILITY";
        string? before = Environment.GetEnvironmentVariable(Variable);
        try
        {
            Environment.SetEnvironmentVariable(Variable, null);
            string free = InstructionSet.Description;
            Environment.SetEnvironmentVariable(Variable, "avx2");
            Assert.Equal($"{free}; {Variable}=avx2", InstructionSet.Description);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }
}
