using Retrace.Training.DataParallel;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Divides the requests among the processes of a job: each generates its share, and all receive all samples. If
/// generation fails in one process, it fails in all of them.
/// </summary>
/// <param name="engine">The engine that generates this process's share.</param>
/// <param name="processes">The processes, which all make the same requests in the same order.</param>
/// <param name="clock">Is told when this process waits for the others; null where nobody measures that.</param>
internal sealed class SharedRolloutEngine(IRolloutEngine engine, IProcessGroup processes, StepClock? clock) : IRolloutEngine
{
    public Generation[][] Generate(
        IReadOnlyList<RolloutRequest> requests, SamplingSettings sampling, CancellationToken cancellation)
    {
        RolloutRequest[] own = [.. requests.Take(processes.ShareOf(requests.Count))];
        StepPart? part = null;
        try
        {
            Generation[][] generated = processes.RunOnAll(() =>
            {
                Generation[][] samples = engine.Generate(own, sampling, cancellation);
                part = clock?.Enter(StepPart.Waiting);
                return samples;
            });
            byte[][] messages = processes.GatherAll(GenerationMessage.Write(generated));
            return
            [
                .. messages.SelectMany((message, rank) =>
                    rank == processes.Rank ? generated : GenerationMessage.Read(message)),
            ];
        }
        finally
        {
            if (part is StepPart before)
            {
                clock!.Enter(before);
            }
        }
    }

    public void UsePolicy(int version, CancellationToken cancellation) => engine.UsePolicy(version, cancellation);

    public RolloutIncidents? TakeIncidents() => engine.TakeIncidents();

    public RolloutLoad? TakeLoad() => engine.TakeLoad();
}
