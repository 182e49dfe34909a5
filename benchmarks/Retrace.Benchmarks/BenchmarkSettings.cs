namespace Retrace.Benchmarks;

/// <summary>What all benchmarks are told.</summary>
/// <param name="Rounds">How often each contestant runs.</param>
/// <param name="Smallest">Whether sizes are to be the smallest: a trial, whose figures mean nothing.</param>
internal sealed record BenchmarkSettings(int Rounds, bool Smallest);
