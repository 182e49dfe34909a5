namespace Retrace.Training.DataParallel;

/// <summary>Another process of the job has failed, and says itself why.</summary>
/// <param name="isBadInput">Whether what was given to it cannot be used.</param>
public sealed class OtherProcessFailedException(bool isBadInput) : Exception("another process of the job has failed")
{
    public bool IsBadInput => isBadInput;
}
