namespace Retrace.Training.Rollouts;

/// <summary>Samples of a request that are decoded together: all of them, or as many as the batch can hold.</summary>
/// <param name="Index">Index of the request.</param>
/// <param name="FirstSample">Index of the first of these samples in the request.</param>
/// <param name="Request">The request for these samples alone.</param>
internal sealed record RolloutPart(int Index, int FirstSample, RolloutRequest Request);
