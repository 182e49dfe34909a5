using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>Drops inputs of an adapter at random, and only while a pass is being learned from.</summary>
/// <remarks>
/// What is dropped follows from the pass's name and the layer's place alone, so that a layer that is computed again in
/// the backward pass drops the same inputs, and a resumed run those of an unbroken one.
/// </remarks>
public sealed class AdapterDropout
{
    private readonly double _probability;
    private readonly Scalar _keptScale; // 1 / (1 − p): the expectation stays what it is without dropout.
    private long? _pass;

    internal AdapterDropout(double probability)
    {
        _probability = probability;
        _keptScale = 1 / (1 - probability);
    }

    /// <summary>Turns dropout on until the result is disposed: for a forward pass and its backward pass.</summary>
    /// <param name="pass">Names the pass's random numbers.</param>
    public IDisposable During(long pass)
    {
        _pass = pass;
        return new Learning(this);
    }

    /// <param name="place">The layer's place among the adapted ones.</param>
    internal Tensor Apply(Tensor x, int place)
    {
        if (_pass is not long pass || _probability == 0)
        {
            return x;
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor kept = RandomMask.Like(x, 1 - _probability, RandomStream.For(pass, place).NextInt64());
        return (x * kept.mul_(_keptScale)).MoveToOuterDisposeScope();
    }

    private sealed class Learning(AdapterDropout dropout) : IDisposable
    {
        public void Dispose() => dropout._pass = null;
    }
}
