using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// The decoder over one more token of each sequence: what <see cref="TextDecoder"/>'s blocks compute, as one
/// TorchScript function (DecodingStep.py). From C# it would be some fifty calls a block, and an object for the result
/// of each.
/// </summary>
internal sealed class DecodingStep : IDisposable
{
    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(typeof(DecodingStep));

    private readonly object[] _arguments; // All but the first three.
    private readonly Scalar[] _scalars;

    /// <param name="embedding">[V, hidden]</param>
    /// <param name="weights">
    /// The tensors of all layers, the first's first, in the order that the script unpacks.
    /// </param>
    /// <param name="norm">The weight of the final norm. [hidden]</param>
    /// <param name="frequencies">The frequencies of the rotary tables. [headSize/2]</param>
    /// <param name="rotaryScale">What cosines and sines are multiplied by.</param>
    /// <param name="adapterScale">The factor of every adapter's part.</param>
    public DecodingStep(
        TextConfig config,
        Tensor embedding,
        IEnumerable<Tensor> weights,
        Tensor norm,
        Tensor frequencies,
        Scalar rotaryScale,
        double adapterScale)
    {
        _scalars = [config.NormEpsilon, 1 / Math.Sqrt(config.HeadSize), adapterScale];
        _arguments =
        [
            embedding, frequencies, rotaryScale, weights.ToArray(), norm, config.Layers, config.Heads, .. _scalars,
            config.Experts?.ActivePerToken ?? 0, config.Experts?.NormsShares ?? false,
        ];
    }

    /// <summary>Stands for an absent tensor.</summary>
    public static Tensor None { get; } = empty(0, device: CPU).DetachFromDisposeScope();

    /// <summary>Final hidden states of the new tokens. Not differentiable.</summary>
    /// <param name="tokens">[B]</param>
    /// <param name="positions">[B], on all axes.</param>
    /// <param name="caches">Have room for the tokens, and take them; the first's rows first.</param>
    /// <returns>[B, hidden]</returns>
    public Tensor Run(Tensor tokens, Tensor positions, IReadOnlyList<ForkedCache> caches)
    {
        using var noGrad = no_grad();
        Tensor[] held = caches.Count == 1 ? caches[0].Tensors : [.. caches.SelectMany(cache => cache.Tensors)];
        return (Tensor)Compiled.Value.invoke("step", [tokens, positions, held, .. _arguments]);
    }

    public void Dispose()
    {
        foreach (Scalar scalar in _scalars)
        {
            scalar.Dispose();
        }
    }
}
