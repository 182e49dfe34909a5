namespace Retrace.Objectives;

/// <summary>The loss of a response's tokens, and how it changes with their log-probabilities.</summary>
/// <param name="Losses">[T] The loss of each token.</param>
/// <param name="Slopes">
/// [T] How much the sum of the losses rises with each token's ln π. What an objective holds constant, as CISPO its
/// weight, is constant here too.
/// </param>
/// <param name="Clipped">Number of tokens that were clipped.</param>
public sealed record ObjectiveTerms(double[] Losses, double[] Slopes, int Clipped);
