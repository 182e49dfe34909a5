using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Tests.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Tests.Learning;

public sealed class MicroBatchTests
{
    private const double Temperature = 0.7;

    // Prompts of two images, one image and none, with four, three and one response, which do not stand together.
    private static readonly PromptedResponse[] Responses = Shuffled();

    public static MatrixTheoryData<string, bool, bool> Models { get; } =
        new(SmallModel.Families, [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Models))]
    public void Behind_a_shared_prompt_values_and_gradients_are_those_of_a_row_each(
        string family, bool adapted, bool recomputed)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork start = SmallModel.Create(family: family);
        using VisionLanguageNetwork? adapter = adapted ? Adapted(start) : null;
        VisionLanguageNetwork model = adapter ?? start;
        model.Parameters.Train(name => !model.Parameters.IsShared(name));
        model.RecomputesActivations = recomputed;

        MicroBatch shared = Assert.Single(MicroBatch.Of(Responses, model.Config.Text, maxTokens: 1000));
        using TokenPredictions predictions = shared.Predict(model, Temperature, entropies: true);
        using TokenPredictions expected =
            PromptedResponse.Predict(
                model, [.. shared.Places.Select(i => Responses[i])], Temperature, entropies: true);
        AssertNear(expected.LogProbs, predictions.LogProbs, "log-probabilities");
        AssertNear(expected.Entropies!, predictions.Entropies!, "entropies");

        Dictionary<string, Tensor> whole = GradientOf(model, expected.LogProbs);
        Dictionary<string, Tensor> once = GradientOf(model, predictions.LogProbs);
        Assert.Equal(whole.Keys, once.Keys);
        Assert.All(whole, part => Assert.True(part.Value.norm().item<float>() > 0, part.Key));
        Assert.All(whole, part => AssertNear(part.Value, once[part.Key], part.Key));
    }

    [Fact]
    public void Each_response_is_in_one_batch_and_a_shared_prompt_counts_once()
    {
        TextConfig config = SmallModel.Config().Text;
        int longest = Responses.Max(one => one.Length);
        // The rows of three prompts, each as wide as the widest.
        int[] packed = [.. Responses.GroupBy(one => one.Prompt)
            .Select(group => group.Key.Length + group.Sum(one => one.Response.Length))];
        Assert.Equal(3 * packed.Max(), Assert.Single(MicroBatch.Of(Responses, config, 12 * packed.Max())).Tokens);
        Assert.True(Responses.Length * longest > 3 * packed.Max());

        foreach (int maxTokens in new[] { 1, longest, 2 * longest, packed.Max() })
        {
            MicroBatch[] batches = [.. MicroBatch.Of(Responses, config, maxTokens)];
            Assert.Equal(Enumerable.Range(0, Responses.Length), batches.SelectMany(batch => batch.Places).Order());
        }
        Assert.Equal(Responses.Length, MicroBatch.Of(Responses, config, maxTokens: 1).Count());
    }

    // Three rows of 8 tokens and one of 20 would need 36 tokens of padding.
    [Theory]
    [InlineData(288, 80)]
    [InlineData(287, 24, 20)]
    public void A_long_row_does_not_pad_the_others_to_more_than_an_eighth_of_a_batch(int maxTokens, params int[] tokens)
    {
        PromptedResponse[] responses =
            [.. ((int[])[8, 20, 8, 8]).Select(length => new PromptedResponse([3], new int[length - 1], []))];
        Assert.Equal(
            tokens, MicroBatch.Of(responses, SmallModel.Config().Text, maxTokens).Select(batch => batch.Tokens));
    }

    // √(350 · (768 + 256 + 1.5 · 2048 + 350)) / 64 = 19.5; √(100 · 4196) / 1000 = 0.6.
    [Theory]
    [InlineData(350, 64, 19)]
    [InlineData(100, 1000, 1)]
    [InlineData(1, 0, 64)]
    public void Long_responses_to_short_prompts_stand_alone(int prompt, int response, int expected)
    {
        TextConfig config = SmallModel.Config().Text with
        {
            HiddenSize = 768,
            Heads = 12,
            KeyValueHeads = 4,
            IntermediateSize = 2048,
        };
        Assert.Equal(expected, MicroBatch.ResponsesInRow(config, prompt, response));
    }

    private static PromptedResponse[] Shuffled()
    {
        ProcessedImage wide = SmallModel.Image(4, 6, 1);
        ProcessedImage high = SmallModel.Image(6, 2, 2);
        int[] both =
        [
            3, .. Enumerable.Repeat(SmallModel.ImagePad, 6), 4,
            3, .. Enumerable.Repeat(SmallModel.ImagePad, 3), 4, 11, 12,
        ];
        int[] single = [3, .. Enumerable.Repeat(SmallModel.ImagePad, 6), 4, 13];
        int[] text = [14, 15, 16];
        int pad = SmallModel.ImagePad; // In a response it is text.
        return
        [
            new(both, [20, 21, 1], [wide, high]),
            new(single, [22, 23, 24, 25, 26, 1], [wide]),
            new(both, [20, 21, pad, 27, 28], [wide, high]),
            new(text, [29, 30], []),
            new(single, [31], [wide]),
            new(both, [32, 33, 34, 35, 36, 37, 38], [wide, high]),
            new(both, [39, 1], [wide, high]),
            new(single, [22, pad, pad, 1], [wide]),
        ];
    }

    private static VisionLanguageNetwork Adapted(VisionLanguageNetwork start)
    {
        VisionLanguageNetwork policy =
            start.WithAdapter(new LoraSettings(Rank: 3, Alpha: 6, LoraSettings.DecoderLayers), seed: 3);
        using var noGrad = no_grad();
        using Scalar deviation = 0.2;
        using var generator = new Generator(9, CPU);
        foreach (string layer in policy.Adapter!.Layers)
        {
            Tensor b = policy.Parameters[$"{layer}.lora_B.weight"]; // 0 at first, and then A has no gradient.
            b.copy_(randn(b.shape, generator: generator).mul_(deviation));
        }
        return policy;
    }

    // Of a sum in which every token weighs differently.
    private static Dictionary<string, Tensor> GradientOf(VisionLanguageNetwork model, Tensor logProbs)
    {
        Tensor weights = tensor(
            Enumerable.Range(0, (int)logProbs.shape[0]).Select(i => (float)Math.Cos(1.7 * i)).ToArray());
        (logProbs * weights).sum().backward();
        Dictionary<string, Tensor> gradients = model.Parameters.Names
            .Where(name => model.Parameters[name].grad is not null)
            .ToDictionary(name => name, name => model.Parameters[name].grad!.clone());
        foreach (string name in gradients.Keys)
        {
            model.Parameters[name].grad!.zero_();
        }
        return gradients;
    }

    private static void AssertNear(Tensor expected, Tensor actual, string name)
    {
        double error = (actual - expected).norm().item<float>() / expected.norm().item<float>();
        Assert.True(error < 1e-5, $"{name}: {error}");
    }
}
