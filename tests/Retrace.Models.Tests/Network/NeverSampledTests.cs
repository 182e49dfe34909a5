using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

/// <summary>Tokens that stand for images and videos, or fill batches up, have probability 0, whatever their logits.</summary>
public sealed class NeverSampledTests
{
    public static TheoryData<string> Families { get; } = [.. SmallModel.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void However_high_their_logits_their_probability_is_nought_and_that_of_the_others_adds_up_to_one(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, family: family);
        IReadOnlyList<int> never = model.Config.Tokens.NeverSampled;
        Assert.Equal([2, 3, 6, 7, 8], never); // 0 fills batches up and is a stop besides.
        Tensor head = model.Parameters["lm_head.weight"];
        Tensor hidden = full([1, 1, model.Config.Text.HiddenSize], 1.0f);
        using (no_grad())
        {
            head.index_fill_(0, tensor(never.Select(id => (long)id).ToArray()), 100); // Logits of 3200.
        }

        Tensor probabilities = model.Logits(hidden)[0, 0].softmax(-1);
        Assert.All(never, token => Assert.Equal(0, probabilities[token].item<float>()));
        Assert.Equal(1, probabilities.sum().item<float>(), 1e-5f);

        model.Parameters.Train(_ => true);
        long[] others = [.. Enumerable.Range(0, 40).Except(never).Select(id => (long)id)];
        using TokenPredictions predictions = TokenPredictions.Of(
            model, hidden, zeros(others.Length, ScalarType.Int64), tensor(others), temperature: 0.5, entropies: true);
        Assert.Equal(1, predictions.LogProbs.exp().sum().item<float>(), 1e-5f);
        Assert.True(predictions.Entropies!.isfinite().all().item<bool>());

        (predictions.LogProbs.sum() + predictions.Entropies.sum()).backward();
        Tensor gradient = head.grad!;
        Assert.True(gradient.isfinite().all().item<bool>());
        Assert.All(never, token => Assert.Equal(0, gradient[token].abs().max().item<float>()));
        Assert.All(others, token => Assert.True(gradient[token].abs().max().item<float>() > 0));
    }

    [Fact]
    public void A_token_that_only_fills_batches_up_is_never_sampled_and_one_that_ends_samples_is()
    {
        Assert.Equal([2, 3, 4, 5, 6, 0], new TokenIds(0, [1], 2, 3, 4, 5, 6).NeverSampled);
        Assert.Equal([2, 3, 4, 5, 6], new TokenIds(0, [1, 0], 2, 3, 4, 5, 6).NeverSampled);
    }
}
