using System.Globalization;

namespace Retrace.Fuzz.Tests;

/// <summary>How many cases a harness tries.</summary>
/// <remarks>
/// Case N is the same on every machine. By default a harness tries its first few, which the CI can afford;
/// <c>RETRACE_FUZZ_SECONDS=600</c> gives each harness so many seconds instead, <c>RETRACE_FUZZ_CASES=10000</c> so many
/// cases, and <c>RETRACE_FUZZ_FROM=1234</c> begins at that case, to see a failure again or to go on where an earlier run
/// ended.
/// </remarks>
internal sealed class FuzzBudget
{
    private readonly long _end;
    private readonly int? _seconds = Read("RETRACE_FUZZ_SECONDS");
    private readonly int _cases;

    /// <param name="cases">Cases that the CI tries.</param>
    public FuzzBudget(int cases)
    {
        _cases = Read("RETRACE_FUZZ_CASES") ?? cases;
        _end = Environment.TickCount64 + ((_seconds ?? 0) * 1000L);
    }

    public int First { get; } = Read("RETRACE_FUZZ_FROM") ?? 0;

    public bool Allows(int number) =>
        _seconds is null ? number < First + _cases : Environment.TickCount64 < _end;

    private static int? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
