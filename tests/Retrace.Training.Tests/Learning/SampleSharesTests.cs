using CsCheck;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;

namespace Retrace.Training.Tests.Learning;

public sealed class SampleSharesTests
{
    [Fact]
    public void Every_sample_is_in_one_share_and_no_two_shares_differ_by_more_than_a_sample() =>
        Gen.Select(Gen.Int[1, 100].Array[0, 30], Gen.Int[1, 6]).Sample((lengths, processes) =>
        {
            int[][] shares = SampleShares.Balanced(lengths, processes);
            Assert.Equal(processes, shares.Length);
            Assert.Equal(Enumerable.Range(0, lengths.Length), shares.SelectMany(share => share).Order());
            int[] loads = Array.ConvertAll(shares, share => share.Sum(i => lengths[i]));
            Assert.True(loads.Max() - loads.Min() <= lengths.Append(0).Max());
        });

    [Fact]
    public void One_process_has_all_in_their_order() =>
        Assert.Equal([0, 1, 2, 3], Assert.Single(SampleShares.Balanced([5, 9, 1, 7], 1)));
}
