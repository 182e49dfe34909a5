namespace Retrace.Training.Rollouts;

/// <summary>What draws responses from the policy.</summary>
public interface IRolloutEngine
{
    /// <summary>Draws every request's samples.</summary>
    /// <returns>[requests][samples], in the requests' order.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="RolloutFailedException">Nobody is left who could draw.</exception>
    Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation);

    /// <summary>Draws from now on with the policy as its weights are now. Called by all processes together.</summary>
    /// <param name="version">The steps that have been learned: rises with every change of the weights.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    void UsePolicy(int version, CancellationToken cancellation);

    /// <summary>
    /// What has gone wrong since the last call, in all processes, which call it together; null where nothing can.
    /// </summary>
    RolloutIncidents? TakeIncidents();
}

/// <summary>What went wrong among servers and was made good.</summary>
/// <param name="StaleSamples">Samples of a policy that was too old, which were dropped and drawn anew.</param>
/// <param name="FailedRequests">Requests that a server refused, broke off or answered wrongly: done elsewhere.</param>
/// <param name="HedgedRequests">Requests that took long and were given to another server as well.</param>
public sealed record RolloutIncidents(int StaleSamples, int FailedRequests, int HedgedRequests);
