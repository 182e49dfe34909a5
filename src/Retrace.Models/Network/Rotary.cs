using Retrace.Models.Native;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>Rotary position embedding in the split-halves form (Su et al. 2021, arXiv 2104.09864).</summary>
public static class Rotary
{
    /// <summary>θ^(−2i/size) for i in [0, size/2).</summary>
    public static float[] Frequencies(int size, double theta)
    {
        float[] frequencies = new float[size / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = (float)(1.0 / Math.Pow(theta, 2.0 * i / size));
        }
        return frequencies;
    }

    /// <summary>
    /// The axis that each frequency turns with where the first so many turn with axis 0, the next with axis 1, and so
    /// on.
    /// </summary>
    /// <param name="sizes">Frequencies of each axis.</param>
    /// <returns>[Σ sizes]</returns>
    public static int[] AxesInSections(params IEnumerable<int> sizes) =>
        [.. sizes.SelectMany((size, axis) => Enumerable.Repeat(axis, size))];

    /// <summary>
    /// The axis that each frequency turns with where axes take turns: frequency j turns with axis j mod n while that axis
    /// has frequencies left, and with axis 0 otherwise.
    /// </summary>
    /// <param name="sizes">Frequencies of each of the n axes.</param>
    /// <returns>[Σ sizes]</returns>
    public static int[] AxesInTurn(params IReadOnlyList<int> sizes) =>
    [
        .. Enumerable.Range(0, sizes.Sum())
            .Select(j => j / sizes.Count < sizes[j % sizes.Count] ? j % sizes.Count : 0),
    ];

    /// <summary>x·cos + rotate_half(x)·sin over the last axis; cos and sin broadcast against x.</summary>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        long half = x.shape[^1] / 2;
        Tensor first = x.narrow(-1, 0, half);
        Tensor second = x.narrow(-1, half, half);
        Tensor rotated = cat([-second, first], -1);
        return (x * cos).Plus(rotated * sin);
    }
}
