namespace Retrace.Objectives;

/// <summary>
/// Weights that correct for a response sampled by another engine, such as a server, whose distribution differs from the
/// policy's, because it uses other kernels, another number format or weights that are a step old.
/// </summary>
/// <param name="Weights">[T] w_t, by which the policy's loss of each token is multiplied.</param>
/// <param name="Truncated">Number of tokens whose ratio was beyond the bound, and so truncated or masked.</param>
public sealed record TokenImportance(float[] Weights, int Truncated);
