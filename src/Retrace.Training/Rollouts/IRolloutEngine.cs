namespace Retrace.Training.Rollouts;

/// <summary>Generates responses with the policy.</summary>
public interface IRolloutEngine
{
    /// <summary>Generates the samples of all requests.</summary>
    /// <returns>[requests][samples], in the requests' order.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="RolloutFailedException">No server is left that could generate.</exception>
    Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation);

    /// <summary>Generates with the current weights from now on. All processes call it together.</summary>
    /// <param name="version">Rises with every change of the weights, the guard's return to a checkpoint included.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    void UsePolicy(int version, CancellationToken cancellation);

    /// <summary>
    /// Returns the incidents of all processes since the previous call; null if the engine uses no servers. All
    /// processes call it together.
    /// </summary>
    RolloutIncidents? TakeIncidents();

    /// <summary>
    /// How busy the model or the servers were since the previous call; null if the engine does not measure it. All processes
    /// call it together.
    /// </summary>
    RolloutLoad? TakeLoad() => null;
}

/// <summary>Failures of servers from which rollouts recovered.</summary>
/// <param name="StaleSamples">
/// Number of samples from a policy that was too old, which were dropped and generated again.
/// </param>
/// <param name="FailedRequests">
/// Number of attempts that were refused, broken off, timed out or answered wrongly, after which the request was tried again.
/// </param>
/// <param name="HedgedRequests">Number of requests that took long and were sent to another server as well.</param>
public sealed record RolloutIncidents(int StaleSamples, int FailedRequests, int HedgedRequests);
