using Retrace.Problems;

namespace Retrace.Data.Formats;

/// <summary>
/// A program's source as runs share it that go on at once: it is read by one of them at a time, and need not know of the
/// others.
/// </summary>
/// <param name="source">The program's source.</param>
internal sealed class OneReaderAtATime(IProblemSource source) : IProblemSource
{
    private readonly Lock _reading = new();

    public string Name => source.Name;

    public ProblemSet Read()
    {
        lock (_reading)
        {
            return source.Read();
        }
    }
}
