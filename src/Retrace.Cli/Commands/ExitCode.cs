namespace Retrace.Cli.Commands;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command failed while it was running.</summary>
    public const int Failed = 1;

    /// <summary>The options, or a file given by the user, cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>The user interrupted the command; its progress is saved.</summary>
    public const int Interrupted = 130;
}
