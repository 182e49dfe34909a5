namespace Retrace.Fuzz.Tests;

/// <summary>Gives a reader damaged inputs and looks whether it crashes, hangs or takes memory without bound.</summary>
internal static class Fuzzer
{
    // How often a case may be found at work. Looks rather than time: they are rarer on a busy machine, and there are none
    // while the process is stopped.
    private const int MostLooks = 1200;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    // A thread's stack is smaller than the main thread's: deep recursion shows earlier.
    private const int StackBytes = 1 << 20;

    /// <summary>Tries one input after another.</summary>
    /// <param name="name">The harness, for messages.</param>
    /// <param name="cases">How many inputs the CI tries.</param>
    /// <param name="make">The input of a case, from its own random numbers.</param>
    /// <param name="use">
    /// Reads it. It may succeed, or complain by a <see cref="BadInputException"/> of one line; nothing else.
    /// </param>
    /// <param name="allocation">
    /// Bytes of managed memory that reading may take in all, freed or not, beside 200 times the input's own length.
    /// </param>
    /// <param name="refuses">Whether there is anything that it should complain of.</param>
    public static void Run(
        string name,
        int cases,
        Func<Random, byte[]> make,
        Action<byte[]> use,
        long allocation = 64L << 20,
        bool refuses = true)
    {
        var run = new FuzzRun(make, use, allocation);
        var budget = new FuzzBudget(cases);
        var thread = new Thread(() => run.Work(budget), StackBytes) { IsBackground = true, Name = $"fuzzing {name}" };
        thread.Start();
        for ((int atWork, int looks) = (run.Number, 0); !thread.Join(BetweenLooks);)
        {
            (atWork, looks) = (run.Number, run.Number == atWork ? looks + 1 : 0);
            if (looks > MostLooks)
            {
                Assert.Fail(Kept(name, run.Number, run.Input, $"it has not ended after {MostLooks} looks"));
            }
        }
        if (run.Finding is string finding)
        {
            Assert.Fail(Kept(name, run.Number, run.Input, finding));
        }
        Assert.True(run.Complaints < run.Tried, $"No input of {name} was ever read well: the harness tests nothing.");
        Assert.True(run.Complaints > 0 || !refuses, $"No input of {name} was ever refused: the harness tests nothing.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {run.Tried} cases, {run.Complaints} refused");
    }

    /// <summary>Keeps the input of a case in a file, and says what is wrong with it and how to see it again.</summary>
    public static string Kept(string name, int number, byte[] input, string finding)
    {
        string path = Path.Combine(Path.GetTempPath(), $"retrace-fuzz-{name.Replace(' ', '-')}-{number}.bin");
        File.WriteAllBytes(path, input);
        return $"Case {number} of {name}: {finding}\nIts input is kept in {path}, and RETRACE_FUZZ_FROM={number} begins with it.";
    }
}
