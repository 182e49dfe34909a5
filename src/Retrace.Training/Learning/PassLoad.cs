namespace Retrace.Training.Learning;

/// <summary>How large the passes of learning were, and what it cost.</summary>
/// <param name="Tokens">The mean number of tokens in a pass, padding included.</param>
/// <param name="PerUpdate">How many passes an update of the weights took, in the mean.</param>
/// <param name="FixedShare">
/// The share of a pass's time that does not depend on the number of tokens; null where that could not be told. On a GPU the
/// backward pass of one micro-batch ends beside the next one's forward pass, so it is the rougher there.
/// </param>
public sealed record PassLoad(double Tokens, double PerUpdate, double? FixedShare);
