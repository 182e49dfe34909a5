using Retrace.Runs;
using Retrace.Testing;
using Retrace.Training.Evolution;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Tests.Evolution;

public sealed class CostHintsTests
{
    // 40 s of sampling both rounds, 50 of learning, 10 of all else.
    private static readonly StepMetrics Step = UntakenStep.Of() with
    {
        StepSeconds = 100,
        SamplingSeconds = 25,
        ReinferenceSeconds = 15,
        LearnSeconds = 50,
    };

    [Fact]
    public void A_batch_that_is_small_for_the_device_is_named_with_its_setting()
    {
        Assert.Equal(
            new CostHint(
                "data.batch",
                "the batch is small for this device: 62 % of the time of a decoding step, of 11.5 sequences in the mean, does not "
                + "depend on their number; a larger data.batch or rollout.group would cost little more"),
            CostHints.OfDecoding(new DecodingLoad(11.5, 0.62, IsFull: false), Step, atOnce: 512));
        Assert.Equal(
            new CostHint(
                "rollout.max_batch_sequences",
                "rollout.max_batch_sequences is small for this device at 1,024: 50 % of the time of a decoding step, of 900 "
                + "sequences in the mean, does not depend on their number, and others wait for a place"),
            CostHints.OfDecoding(new DecodingLoad(900, 0.5, IsFull: true), Step, atOnce: 1024));
    }

    [Theory]
    [InlineData(0.49, 15)]
    [InlineData(0.9, -1)] // 24 % of the step.
    [InlineData(null, 15)]
    public void A_batch_that_is_large_enough_or_hardly_counts_or_unknown_is_not(double? fixedShare, double reinference) =>
        Assert.Null(CostHints.OfDecoding(
            new DecodingLoad(12, fixedShare, IsFull: false), Step with { ReinferenceSeconds = reinference }, atOnce: 64));

    [Fact]
    public void Where_nothing_was_decoded_here_nothing_is_said() => Assert.Null(CostHints.OfDecoding(null, Step, atOnce: 64));

    [Fact]
    public void Micro_batches_that_are_small_for_the_device_are_named_with_what_larger_ones_would_save() => Assert.Equal(
        new CostHint(
            "learn.micro_batch_tokens",
            "learn.micro_batch_tokens is small for this device at 4,096: 42 % of the time of a pass, of 3,500 tokens in the mean, does not "
            + "depend on their number; passes twice as large, where memory has room, would save some 21 % of learning"),
        CostHints.OfPasses(new PassLoad(3500, 6, 0.42), Step, atOnce: 4096));

    [Theory]
    [InlineData(0.29, 6, 50)]
    [InlineData(0.9, 1.5, 50)] // A larger micro-batch would not halve the number of passes.
    [InlineData(0.9, 6, 24)]
    [InlineData(null, 6, 50)]
    public void Others_are_not(double? fixedShare, double perUpdate, double learning) => Assert.Null(
        CostHints.OfPasses(new PassLoad(3500, perUpdate, fixedShare), Step with { LearnSeconds = learning }, atOnce: 4096));

    [Fact]
    public void Servers_without_work_while_samples_are_asked_for_are_named()
    {
        Assert.Equal(
            new CostHint(
                "rollout.samples_per_request",
                "rollout.servers have nothing to do for 40 % of the time of sampling, in the mean of 4: smaller requests "
                + "(rollout.samples_per_request) or a larger data.batch would share the work out better"),
            CostHints.OfServers(Load(sampling: 40, busy: 24), Step with { PublishSeconds = 20 }));
        Assert.Null(CostHints.OfServers(Load(sampling: 80, busy: 62), Step));
    }

    // 40 of 120 s.
    [Fact]
    public void Servers_that_wait_for_learning_are_named_with_what_they_wait()
    {
        Assert.Equal(
            new CostHint(
                "rollout.servers",
                "rollout.servers stand idle for 67 % of a step, 80.0 s of 120.0, in the mean of 4, while this job learns and hands the "
                + "weights over: fewer of them would do, or more processes that learn"),
            CostHints.OfServers(Load(sampling: 40, busy: 40), Step with { PublishSeconds = 20 }));
        Assert.Null(CostHints.OfServers(Load(sampling: 60, busy: 60), Step with { PublishSeconds = 20 }));
        Assert.Null(CostHints.OfServers(Load(sampling: 0, busy: 0), Step));
        Assert.Null(CostHints.OfServers(null, Step));
    }

    private static ServerLoad Load(double sampling, double busy) =>
        new(4, TimeSpan.FromSeconds(sampling), TimeSpan.FromSeconds(busy));
}
