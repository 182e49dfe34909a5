using System.Runtime.CompilerServices;
using Retrace.Data.Parquet;
using Retrace.Data.Tests.Benchmarks;
using Retrace.Problems;
using Retrace.Testing;

namespace Retrace.Data.Tests;

/// <summary>Tests that no other test may run beside, because they measure the process.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

[Collection(typeof(Alone))]
public sealed class RowGroupStreamingTests : IDisposable
{
    private const int RowsInAGroup = 4;
    private const int ImageBytes = 256 << 10;
    private const long Most = 32L << 20; // Row groups in the cache, and the buffers that Parquet.Net keeps to use again.

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // 32 and 96 MiB of images, under the same bound.
    [Theory]
    [InlineData(32)]
    [InlineData(96)]
    public async Task Memory_does_not_grow_with_the_file(int groups)
    {
        string path = await WriteAsync(groups);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        (long most, long last) = ReadThrough(path, groups * RowsInAGroup);
        Assert.InRange(most - before, long.MinValue, Most);
        // What was held is seen once it is gone; what writing left in pools is given back before or meanwhile.
        Assert.InRange(last - GC.GetTotalMemory(forceFullCollection: true), ImageBytes, long.MaxValue);
    }

    // The most bytes that were in use while the images were read, and those at the end. A method of its own lets go of them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (long Most, long Last) ReadThrough(string path, int rows)
    {
        ProblemSet problems = new ParquetSource([path], new RowGroupCache(2L << 20)).Read();
        long most = 0;
        long last = 0;
        foreach ((int i, Problem problem) in problems.Problems.Index())
        {
            Assert.Equal(ImageOf(i), Assert.Single(problem.Images).ReadBytes());
            if (i % RowsInAGroup == 0)
            {
                last = GC.GetTotalMemory(forceFullCollection: true);
                most = Math.Max(most, last);
            }
        }
        Assert.Equal(rows, problems.Problems.Count);
        return (most, last);
    }

    [Fact]
    public async Task Images_can_be_asked_for_in_any_order_and_at_the_same_time()
    {
        string path = await WriteAsync(groups: 6);
        ProblemSet problems = new ParquetSource([path], new RowGroupCache(2L << 20)).Read();
        int[] order = [.. Enumerable.Range(0, problems.Problems.Count)];
        new Random(1).Shuffle(order);
        Parallel.ForEach(order, i => Assert.Equal(ImageOf(i), problems.Problems[i].Images[0].ReadBytes()));
    }

    [Fact]
    public async Task An_image_whose_file_has_gone_is_one_sentence()
    {
        string path = await WriteAsync(groups: 2);
        ProblemSet problems = new ParquetSource([path], new RowGroupCache(0)).Read();
        File.Delete(path);
        Assert.StartsWith(
            "The image i0.png cannot be read: ",
            Assert.Throws<BadInputException>(() => problems.Problems[0].Images[0].ReadBytes()).Message);
    }

    private async Task<string> WriteAsync(int groups)
    {
        string path = _folder.Combine("train.parquet");
        await PublishedParquet.WriteAsync(
            path,
            RowsInAGroup,
            Enumerable.Range(0, groups * RowsInAGroup).Select(i => new EasyRow
            {
                problem = $"<image>{i}?",
                answer = $"{i}",
                images = [new StoredImage { bytes = ImageOf(i), path = $"i{i}.png" }],
            }));
        return path;
    }

    // Bytes that do not compress.
    private static byte[] ImageOf(int i)
    {
        byte[] bytes = new byte[ImageBytes];
        new Random(i).NextBytes(bytes);
        return bytes;
    }
}
