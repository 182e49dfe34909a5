namespace Retrace.Faults.Tests;

/// <summary>What a machine has to have for a test.</summary>
internal static class Requirement
{
    /// <summary>Skips the test where it is missing; where every check has to run, the test fails.</summary>
    /// <param name="missing">Says what is missing.</param>
    public static void Check(bool isThere, string missing)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.True(isThere, missing);
        }
        Assert.SkipUnless(isThere, missing);
    }
}
