using Retrace.Training.DataParallel;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>Some elements of a trained tensor, in their place in a bucket.</summary>
/// <param name="Tensor">The tensor's index among the trained ones.</param>
/// <param name="First">Its first element here.</param>
/// <param name="Count">Elements.</param>
/// <param name="Place">Where the first one lies in the bucket.</param>
internal readonly record struct BucketSlice(int Tensor, long First, long Count, long Place)
{
    /// <summary>What of it lies in a range of the bucket; null where that is nothing.</summary>
    public BucketSlice? Within(long from, long to)
    {
        long start = Math.Max(from, Place);
        long end = Math.Min(to, Place + Count);
        return start < end ? new BucketSlice(Tensor, First + start - Place, end - start, start) : null;
    }
}

/// <summary>
/// A stretch of all trained elements, laid end to end, whose gradients are exchanged at once. Each process keeps and
/// updates an equal part of it.
/// </summary>
/// <param name="Slices">Of tensors, in order and without gaps from place 0.</param>
/// <param name="Parts">How many parts: the processes.</param>
internal sealed record GradientBucket(IReadOnlyList<BucketSlice> Slices, int Parts)
{
    private const long LargestFirst = 1 << 18; // The first one is small, so that the exchange begins early.

    /// <summary>Elements, without padding.</summary>
    public long Size { get; } = Slices.Sum(slice => slice.Count);

    /// <summary>Elements of a part; those of the last parts may be fewer, and padding fills them up.</summary>
    public long PartSize => (Size + Parts - 1) / Parts;

    /// <summary>Elements of all parts.</summary>
    public long PaddedSize => PartSize * Parts;

    /// <summary>The last of the tensors that it needs gradients of.</summary>
    public int LastTensor => Slices[^1].Tensor;

    /// <summary>The slices of a process's part, their places still those in the bucket.</summary>
    public IEnumerable<BucketSlice> SlicesOf(int rank) => Slices
        .Select(slice => slice.Within(rank * PartSize, (rank + 1) * PartSize))
        .OfType<BucketSlice>();

    /// <summary>Cuts tensors that are laid end to end into buckets.</summary>
    /// <param name="sizes">[tensors] elements, at least one each.</param>
    /// <param name="bucketSize">Elements of a bucket; the first one and the last may have fewer.</param>
    /// <param name="parts">Processes.</param>
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
