using Retrace.Training.DataParallel;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Shares the requests out among the processes of a job: each generates its part, and all get the samples of all.
/// Generating fails everywhere when it fails anywhere.
/// </summary>
/// <param name="engine">This process's own.</param>
/// <param name="processes">All of them make the same requests, in the same order.</param>
internal sealed class SharedRolloutEngine(IRolloutEngine engine, IProcessGroup processes) : IRolloutEngine
{
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
    {
        RolloutRequest[] own = [.. requests.Take(processes.ShareOf(requests.Count))];
        Generation[][] generated = processes.RunOnAll(() => engine.Generate(own, sampling, cancellation));
        byte[][] messages = processes.GatherAll(GenerationMessage.Write(generated));
        return
        [
            .. messages.SelectMany((message, rank) =>
                rank == processes.Rank ? generated : GenerationMessage.Read(message)),
        ];
    }

    public void UsePolicy(int version, CancellationToken cancellation) => engine.UsePolicy(version, cancellation);

    public RolloutIncidents? TakeIncidents() => engine.TakeIncidents();
}
