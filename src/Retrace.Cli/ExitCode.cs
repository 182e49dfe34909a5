namespace Retrace.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It failed while running.</summary>
    public const int Failed = 1;

    /// <summary>The options, or a file given by the user, cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>The user interrupted it; what there was to save is saved.</summary>
    public const int Interrupted = 130;
}
