namespace Retrace.Cli.Commands;

/// <summary>Bounds of options that count something.</summary>
internal static class WholeNumber
{
    /// <exception cref="BadInputException">It is below 1.</exception>
    public static int AtLeastOne(string option, int number) => number >= 1
        ? number
        : throw new BadInputException($"{option} is {number}, but must be at least 1");
}
