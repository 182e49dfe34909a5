namespace Retrace;

/// <summary>
/// Something the user gave cannot be used. The message is one sentence that says what, where, and what would be right;
/// the command line prints it alone and exits with code 2.
/// </summary>
public sealed class BadInputException : Exception
{
    public BadInputException(string message)
        : base(message)
    {
    }

    public BadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
