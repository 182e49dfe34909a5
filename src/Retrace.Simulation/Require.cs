namespace Retrace.Simulation;

/// <summary>Checks of settings against their bounds.</summary>
internal static class Require
{
    /// <exception cref="BadInputException">The condition does not hold; the message is the given sentence.</exception>
    public static void That(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new BadInputException(otherwise);
        }
    }
}
