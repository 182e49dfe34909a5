using Retrace.Training.DataParallel;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>A range of elements of a trained tensor and its place in a bucket.</summary>
/// <param name="Tensor">Index of the tensor among the trained ones.</param>
/// <param name="First">Index of the first element in the tensor.</param>
/// <param name="Count">Number of elements.</param>
/// <param name="Place">Offset of the first element in the bucket.</param>
internal readonly record struct BucketSlice(int Tensor, long First, long Count, long Place)
{
    /// <summary>The overlap with a range of the bucket; null if there is none.</summary>
    public BucketSlice? Within(long from, long to)
    {
        long start = Math.Max(from, Place);
        long end = Math.Min(to, Place + Count);
        return start < end ? new BucketSlice(Tensor, First + start - Place, end - start, start) : null;
    }
}

/// <summary>
/// A range of the concatenation of all trained tensors whose gradients are exchanged in one operation. Each process
/// keeps and updates an equal part of it.
/// </summary>
/// <param name="Slices">The slices of tensors in order, without gaps, from offset 0.</param>
/// <param name="Parts">Number of parts, one for each process.</param>
internal sealed record GradientBucket(IReadOnlyList<BucketSlice> Slices, int Parts)
{
    private const long LargestFirst = 1 << 18; // The first one is small, so that the exchange begins early.

    /// <summary>Number of elements without padding.</summary>
    public long Size { get; } = Slices.Sum(slice => slice.Count);

    /// <summary>Number of elements in a part; the last parts may be padded.</summary>
    public long PartSize => (Size + Parts - 1) / Parts;

    /// <summary>Number of elements of all parts, padding included.</summary>
    public long PaddedSize => PartSize * Parts;

    /// <summary>Index of the last tensor whose gradient it needs.</summary>
    public int LastTensor => Slices[^1].Tensor;

    /// <summary>The slices of a process's part; their places remain relative to the bucket.</summary>
    public IEnumerable<BucketSlice> SlicesOf(int rank) => Slices
        .Select(slice => slice.Within(rank * PartSize, (rank + 1) * PartSize))
        .OfType<BucketSlice>();

    /// <summary>Cuts the concatenation of tensors into buckets.</summary>
    /// <param name="sizes">[tensors] Number of elements of each, at least one.</param>
    /// <param name="bucketSize">Number of elements in a bucket; the first and the last may have fewer.</param>
    /// <param name="parts">Number of processes.</param>
    public static IReadOnlyList<GradientBucket> Cut(IReadOnlyList<long> sizes, long bucketSize, int parts)
    {
        List<GradientBucket> buckets = [];
        List<BucketSlice> slices = [];
        long size = Math.Min(LargestFirst, bucketSize);
        long filled = 0;
        for (int tensor = 0; tensor < sizes.Count; tensor++)
        {
            for (long first = 0; first < sizes[tensor];)
            {
                long count = Math.Min(sizes[tensor] - first, size - filled);
                slices.Add(new BucketSlice(tensor, first, count, filled));
                first += count;
                filled += count;
                if (filled == size)
                {
                    Close();
                }
            }
        }
        if (filled > 0)
        {
            Close();
        }
        return buckets;

        void Close()
        {
            buckets.Add(new GradientBucket([.. slices], parts));
            slices.Clear();
            size = bucketSize;
            filled = 0;
        }
    }
}
