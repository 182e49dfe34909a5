using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// Copies of the matrices that a decoding step multiplies with, which lie in memory as their transposes: [in, out], where
/// a checkpoint has [out, in].
/// </summary>
/// <remarks>
/// For few rows of x, MKL takes 1.1 to 1.7 times as long for x·Wᵀ if W lies as in a checkpoint, since every product
/// brings it into the other order first (docs/performance.md). Sums are rounded otherwise. The copies do not follow
/// their originals: they are made for a generation, during which no weight changes.
/// </remarks>
internal sealed class TransposedWeights : IDisposable
{
    // Where the distance between rows is a large power of two, a column's values share few places of the cache.
    private const int Padding = 16;

    // The rows that are transposed at once, so that what is read and what is written stay in the cache.
    private const int RowsAtOnce = 64;

    // Smaller matrices stay in the cache, in whatever order.
    private const int LeastHiddenSize = 512;

    // Making the copies takes as long as some ten steps; with fewer sequences nothing is gained in a step.
    private const int LeastSequences = 8;
    private const int LeastTokens = 64;

    // Of the machine's memory.
    private const double LargestShare = 1.0 / 8;

    private readonly List<Tensor> _copies = [];

    /// <summary>
    /// Whether decoding on the CPU is faster with these, the time to make them included. The meta device stands for it in
    /// plans of memory.
    /// </summary>
    /// <param name="sequences">Sequences that are decoded side by side.</param>
    /// <param name="tokens">The most tokens of each.</param>
    public static bool Pay(TextConfig config, Parameters parameters, long sequences, long tokens) =>
        parameters.Device.type is DeviceType.CPU or DeviceType.META
        && parameters.Type == ScalarType.Float32
        && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && config.HiddenSize >= LeastHiddenSize
        && sequences >= LeastSequences
        && tokens >= LeastTokens;

    /// <summary>Whether the machine has memory for so many bytes of copies.</summary>
    public static bool Fit(long bytes) => bytes <= LargestShare * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes of a matrix's copy.</summary>
    public static long BytesOf(Tensor matrix) =>
        matrix.shape[1] * (matrix.shape[0] + Padding) * matrix.ElementSize;

    /// <summary>The same matrix, [out, in], in a copy that lies as its transpose.</summary>
    public Tensor Of(Tensor matrix)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        (long outSize, long inSize) = (matrix.shape[0], matrix.shape[1]);
        Tensor transposed = empty(inSize, outSize + Padding, dtype: matrix.dtype, device: matrix.device)
            .narrow(1, 0, outSize);
        for (long row = 0; row < outSize; row += RowsAtOnce)
        {
            using DisposeScope part = NewDisposeScope();
            long rows = Math.Min(RowsAtOnce, outSize - row);
            transposed.narrow(1, row, rows).copy_(matrix.narrow(0, row, rows).t());
        }
        Tensor copy = transposed.t().DetachFromDisposeScope();
        _copies.Add(copy);
        return copy;
    }

    public void Dispose() => _copies.ForEach(copy => copy.Dispose());
}
