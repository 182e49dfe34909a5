using Retrace.Models;
using Retrace.SelfTest;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.SelfTest;

/// <summary>That the checks can fail; that they pass is the end-to-end test of <c>retrace selftest</c>.</summary>
public sealed class ParityChecksTests
{
    // Other weights than those that the reference numbers were computed with: as if the device computed something else.
    [Fact]
    public void A_device_that_computes_something_else_fails_every_check()
    {
        ReferenceCheckpoint reference = ReferenceCheckpoint.Of(ModelFamilies.Default);
        var parity = new ParityChecks(reference with { Seed = reference.Seed + 1 }, reference.Variants.Keys.First(), CPU);

        Finding[] found =
        [
            parity.Values(), parity.NarrowValues(), parity.Gradients(recomputes: false), parity.Greedy(),
        ];

        Assert.All(found, one => Assert.True(one.Outcome == Outcome.Fail, one.ToString()));
    }
}
