using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// Decodes sequences token by token while no weight changes: with copies of the weights in a faster order where these
/// pay (<see cref="TransposedWeights"/>).
/// </summary>
public sealed class Decoding : IDisposable
{
    private readonly TextDecoder _decoder;
    private readonly TransposedWeights? _weights;
    private readonly Tensor _head; // [V, hidden]
    private readonly DecodingStep _step;

    internal Decoding(TextDecoder decoder, bool transposes)
    {
        _decoder = decoder;
        _weights = transposes ? new TransposedWeights() : null;
        (_step, _head) = decoder.StepWith(_weights is null ? matrix => matrix : _weights.Of);
    }

    /// <summary>Final hidden states of one more text token for each sequence. Not differentiable.</summary>
    /// <param name="tokens">[B]</param>
    /// <param name="positions">[B], on all axes.</param>
    /// <param name="caches">Hold the earlier tokens, the first's sequences first, and take these.</param>
    /// <returns>[B, hidden]</returns>
    public Tensor Step(Tensor tokens, Tensor positions, params IReadOnlyList<ForkedCache> caches)
    {
        foreach (ForkedCache cache in caches)
        {
            cache.Grow();
        }
        Tensor hidden = _step.Run(tokens, positions, caches);
        foreach (ForkedCache cache in caches)
        {
            cache.Advance();
        }
        return hidden;
    }

    /// <summary>Next-token logits, as <see cref="VisionLanguageNetwork.Logits"/>: [B, hidden] → [B, V].</summary>
    public Tensor Logits(Tensor hidden) => _decoder.Logits(hidden, _head);

    public void Dispose()
    {
        _step.Dispose();
        _weights?.Dispose();
    }
}
