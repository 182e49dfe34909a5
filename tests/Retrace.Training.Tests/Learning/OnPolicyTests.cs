using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

/// <summary>Before the first update, learning gives every token the probability that sampling gave it.</summary>
public sealed class OnPolicyTests
{
    private const double Temperature = 0.9;

    private static readonly ProcessedImage[] Images = [SmallModel.Image(4, 4, 1), SmallModel.Image(4, 6, 2)];

    // One image, none, two of different sizes, and one that another prompt shows as well.
    private static readonly (int[] Prompt, ProcessedImage[] Images)[] Prompts =
    [
        ([10, 2, 7, 7, 7, 7, 3, 11, 12, 13], [Images[0]]),
        ([14, 15, 16], []),
        ([2, 7, 7, 7, 7, 7, 7, 3, 2, 7, 7, 7, 7, 3, 17, 18], [Images[1], Images[0]]),
        ([2, 7, 7, 7, 7, 7, 7, 3, 19], [Images[1]]),
    ];

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 40)]
    [InlineData(false, 120)]
    [InlineData(false, 10000)]
    [InlineData(true, 1)]
    [InlineData(true, 40)]
    [InlineData(true, 120)]
    [InlineData(true, 10000)]
    public void The_first_ratio_is_one_at_every_size_of_micro_batches(bool adapted, int microBatchTokens)
    {
        using VisionLanguageNetwork start = SmallModel.Create();
        using VisionLanguageNetwork? adapter = adapted ? Adapted(start) : null;
        VisionLanguageNetwork policy = adapter ?? start;
        Generation[][] generated = new LocalRolloutEngine(policy, maxBatchSequences: 7).Generate(
            [
                .. Prompts.Select((one, place) => new RolloutRequest(
                    one.Prompt, one.Images, 25, [.. Enumerable.Range(0, 5).Select(i => new Random((10 * place) + i))])),
            ],
            new SamplingSettings(Temperature),
            TestContext.Current.CancellationToken);
        PromptedResponse[] contents =
        [
            .. generated.SelectMany((samples, i) => samples.Select(sample =>
                new PromptedResponse(Prompts[i].Prompt, sample.Tokens, Prompts[i].Images))),
        ];
        float[][] learned = PromptedResponse.LogProbs(
            policy, contents, microBatchTokens, Temperature, TestContext.Current.CancellationToken);
        double[] ratios =
        [
            .. generated.SelectMany(samples => samples).Zip(learned).SelectMany(pair =>
                pair.First.LogProbs.Zip(pair.Second, (sampled, now) => Math.Exp((double)now - sampled))),
        ];
        Assert.True(ratios.Length > 100);
        Assert.All(ratios, ratio => Assert.InRange(ratio, 1 - 1e-5, 1 + 1e-5));
    }

    private static VisionLanguageNetwork Adapted(VisionLanguageNetwork start)
    {
        VisionLanguageNetwork policy =
            start.WithAdapter(new LoraSettings(Rank: 3, Alpha: 6, LoraSettings.DecoderLayers), seed: 3);
        using var noGrad = no_grad();
        using Scalar deviation = 0.1;
        using var generator = new Generator(9, CPU);
        foreach (string layer in policy.Adapter!.Layers)
        {
            using Tensor values = randn(policy.Parameters[$"{layer}.lora_B.weight"].shape, generator: generator);
            using Tensor scaled = values.mul(deviation);
            policy.Parameters[$"{layer}.lora_B.weight"].copy_(scaled); // 0 at first, and then nothing is adapted.
        }
        return policy;
    }
}
