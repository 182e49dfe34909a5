using static TorchSharp.torch;

namespace Retrace.Training.DataParallel;

/// <summary>The group of a single process, whose exchanges are copies.</summary>
public sealed class SingleProcess : IProcessGroup
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public int LocalRank => 0;

    /// <inheritdoc/>
    public int LocalSize => 1;

    /// <inheritdoc/>
    public Task Submit(Action work)
    {
        work();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public byte[][] GatherAll(byte[] message) => [message];

    /// <inheritdoc/>
    public void SumScatter(Tensor whole, Tensor part) => part.copy_(whole);

    /// <inheritdoc/>
    public void GatherAll(Tensor part, Tensor whole) => whole.copy_(part);

    /// <inheritdoc/>
    public void Send(Tensor values, int to) => throw new InvalidOperationException("There is no other process.");

    /// <inheritdoc/>
    public void Receive(Tensor values, int from) => throw new InvalidOperationException("There is no other process.");

    /// <inheritdoc/>
    public void Leave()
    {
    }

    public void Dispose()
    {
    }
}
