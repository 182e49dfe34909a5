namespace Retrace.Fuzz.Tests;

/// <summary>The cases of a harness, one after another on a thread of their own.</summary>
internal sealed class FuzzRun(Func<Random, byte[]> make, Action<byte[]> use, long allocation)
{
    private const int AllocationPerByte = 200;

    private volatile byte[] _input = [];
    private volatile int _number;

    /// <summary>The case at work, or the last one.</summary>
    public int Number => _number;

    public byte[] Input => _input;

    public int Tried { get; private set; }

    public int Complaints { get; private set; }

    /// <summary>What should not have happened; null while all is well.</summary>
    public string? Finding { get; private set; }

    public void Work(FuzzBudget budget)
    {
        for (int number = budget.First; budget.Allows(number) && Finding is null; number++)
        {
            _number = number;
            _input = make(new Random(number));
            Tried++;
            Finding = Try();
        }
    }

    private string? Try()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            use(_input);
        }
        catch (BadInputException complaint)
        {
            Complaints++;
            if (complaint.Message.Contains('\n'))
            {
                return $"the complaint has more than one line: {complaint.Message}";
            }
        }
        catch (Exception error)
        {
            return error.ToString();
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long bound = allocation + ((long)AllocationPerByte * _input.Length);
        return allocated > bound ? $"it took {allocated} bytes of memory, more than {bound}" : null;
    }
}
