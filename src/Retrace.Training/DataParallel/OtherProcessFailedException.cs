namespace Retrace.Training.DataParallel;

/// <summary>Another process of the job has failed and reports the cause itself.</summary>
/// <param name="isBadInput">Whether it failed because of bad input.</param>
public sealed class OtherProcessFailedException(bool isBadInput) : Exception("another process of the job has failed")
{
    public bool IsBadInput => isBadInput;
}
