namespace Retrace.EndToEnd.Tests;

/// <summary>What libtorch's OpenMP runtime says of itself when it is loaded.</summary>
public sealed class OpenMpWaitingTests
{
    [Theory]
    [InlineData(null, null, "1000")]
    [InlineData(null, "7", "7")]
    [InlineData("PASSIVE", null, "0")]
    [InlineData("ACTIVE", null, "30000000000")]
    public async Task Threads_spin_for_a_short_time_unless_the_user_says_otherwise(
        string? policy, string? spins, string inForce)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have another runtime.");
        RetraceProcess doctor = await RetraceProcess.RunAsync(
            [("OMP_DISPLAY_ENV", "VERBOSE"), ("OMP_WAIT_POLICY", policy), ("GOMP_SPINCOUNT", spins)], "doctor");
        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains($"GOMP_SPINCOUNT = '{inForce}'", doctor.Error);
    }
}
