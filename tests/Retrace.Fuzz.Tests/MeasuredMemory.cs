namespace Retrace.Fuzz.Tests;

/// <summary>Tests that measure the process's memory, which others would disturb: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredMemory
{
    internal const string Name = "measured memory";
}
