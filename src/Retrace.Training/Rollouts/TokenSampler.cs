using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Samples the next token of every sequence at once by inverting the cumulative distribution function, in TorchScript
/// (TokenSampler.py).
/// </summary>
/// <remarks>
/// Each sequence brings its own uniform number, so that a sample does not depend on what else is in the batch.
/// Log-probabilities and entropies are those of the distribution before top-p truncates it; if the temperature is 0, at
/// temperature 1.
/// </remarks>
internal sealed class TokenSampler : IDisposable
{
    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(typeof(TokenSampler));

    private readonly Tensor _stops; // [stop tokens]
    private readonly Scalar _temperature;
    private readonly Scalar _topP;
    private readonly object[] _arguments; // All but the first two, boxed once.

    /// <param name="stops">The tokens that end a sample.</param>
    /// <param name="device">The device of the logits.</param>
    public TokenSampler(SamplingSettings settings, IReadOnlyList<int> stops, Device device)
    {
        IsRandom = settings.Temperature > 0;
        _stops = tensor(stops.Select(id => (long)id).ToArray(), device: device).DetachFromDisposeScope();
        _temperature = IsRandom ? settings.Temperature : 1.0;
        _topP = settings.TopP;
        MeasuresSelfCertainty = settings.MeasureSelfCertainty;
        MeasuresConfidence = settings.Likeliest > 0;
        _arguments = [_stops, _temperature, _topP, IsRandom, MeasuresSelfCertainty, settings.Likeliest];
    }

    /// <summary>Whether sampling uses the uniform numbers.</summary>
    public bool IsRandom { get; }

    /// <summary>Whether <see cref="Generation.SelfCertainties"/> are measured.</summary>
    public bool MeasuresSelfCertainty { get; }

    /// <summary>Whether <see cref="Generation.Confidences"/> are measured.</summary>
    public bool MeasuresConfidence { get; }

    /// <summary>Samples one token for each row of logits.</summary>
    /// <param name="logits">[B, V]</param>
    /// <param name="uniform">[B, 1], each in [0, 1).</param>
    /// <returns>
    /// The ids [B], and fp32 [4 to 6, B]: ids, 1 where that is a stop token and 0 elsewhere, log-probabilities,
    /// entropies and, as far as wanted, self-certainties and confidences.
    /// </returns>
    public (Tensor Tokens, Tensor Measured) Sample(Tensor logits, Tensor uniform) =>
        ((Tensor, Tensor))Compiled.Value.invoke("sample", [logits, uniform, .. _arguments]);

    /// <summary>Peak memory of sampling in bytes, the logits included.</summary>
    /// <param name="rows">B</param>
    /// <param name="vocabulary">V</param>
    /// <param name="elementSize">Size of a logit in bytes.</param>
    /// <param name="topP">As in <see cref="SamplingSettings"/>.</param>
    /// <param name="likeliest">As in <see cref="SamplingSettings"/>.</param>
    public static long BytesOf(long rows, int vocabulary, long elementSize, double topP, int likeliest = 0)
    {
        // Logits; in fp32 logits, log-probabilities, probabilities and their cumulative sums; and a comparison. With
        // top-p also the sorted order and the cumulative sums before each token.
        long ordered = topP < 1 ? sizeof(long) + sizeof(float) : 0;
        // The likeliest tokens: log-probabilities and ids, and what is made of the former.
        long top = likeliest * ((3L * sizeof(float)) + sizeof(long) + sizeof(bool));
        return rows * ((vocabulary * (elementSize + (4 * sizeof(float)) + sizeof(bool) + ordered)) + top);
    }

    public void Dispose()
    {
        _stops.Dispose();
        _temperature.Dispose();
        _topP.Dispose();
    }
}
