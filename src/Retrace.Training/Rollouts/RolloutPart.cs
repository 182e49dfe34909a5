namespace Retrace.Training.Rollouts;

/// <summary>Samples of a request that are drawn side by side: all, unless they are more than can be.</summary>
/// <param name="Index">Of the request among all.</param>
/// <param name="FirstSample">The place of the first of them among the request's.</param>
/// <param name="Request">The request for these samples alone.</param>
internal sealed record RolloutPart(int Index, int FirstSample, RolloutRequest Request);
