namespace Retrace.Training.Rollouts;

/// <summary>How busy the model or the servers that generated were.</summary>
/// <param name="Decoding">Of the model in this process; null where it generated nothing.</param>
/// <param name="Servers">Of the servers; null where the engine uses none.</param>
public sealed record RolloutLoad(DecodingLoad? Decoding, ServerLoad? Servers);

/// <summary>How many sequences this process decoded together, and what it cost.</summary>
/// <param name="Sequences">The mean number of sequences in a decoding step.</param>
/// <param name="FixedShare">
/// The share of a decoding step's time that does not depend on the number of sequences; null where that could not be told.
/// </param>
/// <param name="IsFull">Whether sequences had to wait for a place among those that are decoded together.</param>
public sealed record DecodingLoad(double Sequences, double? FixedShare, bool IsFull);

/// <summary>How busy the servers were.</summary>
/// <param name="Servers">How many there are.</param>
/// <param name="Sampling">How long this process waited for their samples, over all calls.</param>
/// <param name="Busy">How long a server had requests to work on, the mean over the servers.</param>
public sealed record ServerLoad(int Servers, TimeSpan Sampling, TimeSpan Busy);
