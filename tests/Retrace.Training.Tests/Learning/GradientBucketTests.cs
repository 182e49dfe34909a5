using CsCheck;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;

namespace Retrace.Training.Tests.Learning;

public sealed class GradientBucketTests
{
    [Fact]
    public void Every_element_lies_in_one_bucket_and_belongs_to_one_process() =>
        Gen.Select(Gen.Int[1, 40].Array[1, 12], Gen.Int[1, 50], Gen.Int[1, 5]).Sample((sizes, bucketSize, processes) =>
        {
            IReadOnlyList<GradientBucket> buckets =
                GradientBucket.Cut([.. sizes.Select(size => (long)size)], bucketSize, processes);
            (int, long)[] all = [.. sizes.SelectMany((size, tensor) =>
                Enumerable.Range(0, size).Select(i => (tensor, (long)i)))];

            Assert.Equal(all, buckets.SelectMany(bucket => bucket.Slices).SelectMany(Elements));
            Assert.Equal(
                all,
                buckets.SelectMany(bucket => Enumerable.Range(0, processes).SelectMany(bucket.SlicesOf))
                    .SelectMany(Elements));
            Assert.All(buckets, bucket => Assert.InRange(bucket.Slices.Sum(slice => slice.Count), 1, bucketSize));
        });

    [Fact]
    public void A_part_keeps_the_places_that_its_elements_have_in_the_bucket()
    {
        // Tensors of 3, 4 and 5 elements; a bucket takes 10 of them, and three processes 4, 4 and 2.
        GradientBucket bucket = GradientBucket.Cut([3, 4, 5], bucketSize: 10, parts: 3)[0];
        Assert.Equal(4, bucket.PartSize);
        Assert.Equal([new BucketSlice(0, 0, 3, 0), new BucketSlice(1, 0, 1, 3)], bucket.SlicesOf(0));
        Assert.Equal([new BucketSlice(1, 1, 3, 4), new BucketSlice(2, 0, 1, 7)], bucket.SlicesOf(1));
        Assert.Equal([new BucketSlice(2, 1, 2, 8)], bucket.SlicesOf(2));
    }

    private static IEnumerable<(int, long)> Elements(BucketSlice slice) =>
        Enumerable.Range(0, (int)slice.Count).Select(i => (slice.Tensor, slice.First + i));
}
