using Retrace.Models.Images;
using Retrace.Models.Network;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Network;

public sealed class VisionLanguageNetworkTests
{
    // Two images of different sizes (4 and 6 tokens), one of them shared, and sequences of different lengths.
    private static readonly ProcessedImage[] Images = [SmallModel.Image(4, 4, 1), SmallModel.Image(4, 6, 2)];

    private static readonly TokenSequence[] Sequences =
    [
        new([10, 2, 7, 7, 7, 7, 3, 11, 12, 13], [0]),
        new([14, 15, 16], []),
        new([2, 7, 7, 7, 7, 7, 7, 3, 2, 7, 7, 7, 7, 3, 17, 18], [1, 0]),
    ];

    public static MatrixTheoryData<string, bool> FamiliesAndEither { get; } = new(SmallModel.Families, [true, false]);

    public static MatrixTheoryData<string, int> FamiliesAndParts { get; } = new(SmallModel.Families, [1, 2, 4, 5, 100]);

    public static MatrixTheoryData<string, string> FamiliesAndFrozen { get; } =
        new(SmallModel.Families, ["nothing", "encoder", "embedding"]);

    public static TheoryData<string> Families { get; } = [.. SmallModel.Families];

    [Theory]
    [MemberData(nameof(FamiliesAndEither))]
    public void Padding_on_either_side_gives_every_sequence_the_states_it_has_alone(string family, bool left)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        ImageFeatures features = model.EncodeImages(Images);
        Tensor together = model.Forward(Batch(model, features, Sequences, left), features);

        for (int row = 0; row < Sequences.Length; row++)
        {
            Tensor alone = model.Forward(Batch(model, features, [Sequences[row]], left), features)[0];
            int length = Sequences[row].Tokens.Length;
            Tensor inBatch = together[row].narrow(0, left ? together.shape[1] - length : 0, length);
            Assert.True(Distance(alone, inBatch) < 1e-4, $"row {row}: {Distance(alone, inBatch)}");
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndEither))]
    public void Tokens_one_by_one_through_the_cache_give_the_logits_of_a_full_pass(string family, bool tied)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(tied, family: family);
        ImageFeatures features = model.EncodeImages(Images);
        int[] continuation = [20, 21, SmallModel.ImagePad, 23, 24]; // Behind the images a placeholder is text.
        TokenSequence[] whole =
            [.. Sequences.Select(sequence => sequence with { Tokens = [.. sequence.Tokens, .. continuation] })];
        Tensor expected = SmallModel.Logits(model, model.Forward(Batch(model, features, whole, left: true), features));

        SequenceBatch prompts = Batch(model, features, Sequences, left: true);
        int width = (int)prompts.Tokens.shape[1];
        using ForkedCache cache = model.Prefill(prompts, features, [.. Sequences.Select(_ => 1)]).Cache;
        for (int step = 0; step < continuation.Length; step++)
        {
            Tensor hidden = Next(model, cache, prompts.NextPositions, continuation[step], step);
            double distance = Distance(SmallModel.Logits(model, hidden), expected[TensorIndex.Colon, width + step]);
            Assert.True(distance < 1e-4, $"step {step}: {distance}");
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndParts))]
    public void Predictions_in_parts_are_those_of_the_whole(string family, int targetsAtOnce)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        Tensor hidden = randn([2, 6, model.Config.Text.HiddenSize], generator: new Generator(1));
        Tensor places = tensor(new long[] { 0, 3, 11, 5, 7 });
        Tensor targets = tensor(new long[] { 9, 0, 39, 4, 4 });
        TokenPredictions parts = TokenPredictions.Of(model, hidden, places, targets, 0.7, entropies: true, targetsAtOnce);

        Tensor all = (model.Logits(hidden.view(12, -1)) / 0.7).log_softmax(-1).index_select(0, places); // [5, V]
        Assert.True(Distance(all.gather(1, targets.unsqueeze(1)).squeeze(1), parts.LogProbs) < 1e-5);
        Assert.True(Distance((all.exp() * all).sum(-1).neg(), parts.Entropies!) < 1e-5);
        using TokenPredictions without =
            TokenPredictions.Of(model, hidden, places, targets, 0.7, entropies: false, targetsAtOnce);
        Assert.Null(without.Entropies);
        Assert.Equal(0, Distance(parts.LogProbs, without.LogProbs));
    }

    [Theory]
    [MemberData(nameof(FamiliesAndParts))]
    public void Gradients_of_predictions_in_parts_are_those_of_the_whole(string family, int targetsAtOnce)
    {
        foreach (bool entropies in (bool[])[false, true])
        {
            CompareGradients(family, targetsAtOnce, entropies);
        }
    }

    private static void CompareGradients(string family, int targetsAtOnce, bool entropies)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, family: family);
        model.Parameters.Train(name => name == "lm_head.weight");
        Tensor head = model.Parameters["lm_head.weight"];
        Tensor places = tensor(new long[] { 0, 3, 11, 5, 7 });
        Tensor targets = tensor(new long[] { 9, 0, 39, 4, 4 });
        Tensor weights = tensor(new float[] { 1, -2, 3, 0.5f, 1 });
        (Tensor hidden, Tensor gradient) = Backward(x =>
        {
            Tensor all = (model.Logits(x.view(12, -1)) / 0.7).log_softmax(-1).index_select(0, places); // [5, V]
            Tensor logProbs = all.gather(1, targets.unsqueeze(1)).squeeze(1);
            return entropies ? logProbs * (all.exp() * all).sum(-1).neg() : logProbs;
        });
        (Tensor hiddenInParts, Tensor gradientInParts) = Backward(x =>
        {
            TokenPredictions parts = TokenPredictions.Of(model, x, places, targets, 0.7, entropies, targetsAtOnce);
            return entropies ? parts.LogProbs * parts.Entropies! : parts.LogProbs;
        });

        Assert.True(hidden.abs().max().item<float>() > 0.01);
        Assert.True(Distance(hidden, hiddenInParts) < 1e-5);
        Assert.True(gradient.abs().max().item<float>() > 0.01);
        Assert.True(Distance(gradient, gradientInParts) < 1e-5);

        (Tensor Hidden, Tensor Head) Backward(Func<Tensor, Tensor> predicted)
        {
            Tensor x = randn([2, 6, model.Config.Text.HiddenSize], generator: new Generator(1)).requires_grad_();
            (predicted(x) * weights).sum().backward();
            Tensor ofHead = head.grad!.clone();
            head.grad!.zero_();
            return (x.grad!, ofHead);
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndFrozen))]
    public void Recomputed_activations_give_the_same_gradients(string family, string frozen)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, family: family);
        WeightNames names = model.Config.Family.WeightNames;
        string? prefix = frozen switch
        {
            "encoder" => names.Vision,
            "embedding" => $"{names.Decoder}embed_tokens.",
            _ => null,
        };
        model.Parameters.Train(name => prefix is null || !name.StartsWith(prefix, StringComparison.Ordinal));
        Dictionary<string, Tensor> kept = Gradients();
        model.RecomputesActivations = true;
        Dictionary<string, Tensor> recomputed = Gradients();

        Assert.NotEmpty(kept);
        Assert.Equal(kept.Keys, recomputed.Keys);
        foreach ((string name, Tensor gradient) in kept)
        {
            Assert.True(gradient.equal(recomputed[name]).all().item<bool>(), name);
        }

        Dictionary<string, Tensor> Gradients()
        {
            using (NewDisposeScope())
            {
                ImageFeatures features = model.EncodeImages(Images);
                Tensor logits =
                    SmallModel.Logits(model, model.Forward(Batch(model, features, Sequences, left: false), features));
                (logits * logits).mean().backward();
            }
            var gradients = new Dictionary<string, Tensor>();
            foreach (string name in model.Parameters.Names)
            {
                if (model.Parameters[name].grad is Tensor gradient)
                {
                    gradients.Add(name, gradient.clone());
                    gradient.zero_();
                }
            }
            return gradients;
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Sequences_that_share_a_prompt_go_on_as_each_alone_would(string family)
    {
        ContinueTogether(family, [1, 1, 1], [0, 1, 2]);
        ContinueTogether(family, [2, 2, 2], [0, 1, 2, 3, 4, 5]);
        ContinueTogether(family, [1, 3, 2], [0, 1, 2, 3, 4, 5]);
        ContinueTogether(family, [1, 3, 2], [0, 2, 3, 5]);
        ContinueTogether(family, [3, 2, 1], [1, 5]);
        ContinueTogether(family, [3, 1, 3], [4]);
    }

    private static void ContinueTogether(string family, int[] continuations, int[] kept)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        ImageFeatures features = model.EncodeImages(Images);
        int[] promptOfRow = [.. continuations.SelectMany((count, prompt) => Enumerable.Repeat(prompt, count))];
        SequenceBatch prompts = Batch(model, features, Sequences, left: true);
        (ForkedCache cache, Tensor hidden) = model.Prefill(prompts, features, continuations);
        using (cache)
        {
            int[] next = [.. promptOfRow.Select(prompt => prompts.NextPositions[prompt])];
            Next(model, cache, next, Token, step: 0);
            cache.Keep(kept);
            next = [.. kept.Select(row => next[row])];
            Tensor actual = Next(model, cache, next, row => Token(kept[row]) + 1, step: 1);

            Assert.Equal(kept.Length, cache.Rows);
            for (int i = 0; i < kept.Length; i++)
            {
                TokenSequence whole = Sequences[promptOfRow[kept[i]]];
                whole = whole with { Tokens = [.. whole.Tokens, Token(kept[i]), Token(kept[i]) + 1] };
                Tensor expected = model.Forward(Batch(model, features, [whole], left: false), features);
                Assert.True(Distance(expected[0, -1], actual[i]) < 1e-4, $"row {i}");
                Assert.True(Distance(expected[0, -3], hidden[promptOfRow[kept[i]]]) < 1e-4, $"row {i}");
            }
        }

        static int Token(int row) => 20 + row;
    }

    [Theory]
    [MemberData(nameof(FamiliesAndEither))]
    public void An_adapted_model_continues_several_caches_side_by_side(string family, bool wide)
    {
        // States of about 1, after four blocks that round to 8 bits in bf16; a router may then pick another expert.
        (ScalarType type, double tolerance) = wide ? (ScalarType.Float32, 1e-4) : (ScalarType.BFloat16, 0.2);
        Assert.SkipWhen(!wide && SmallModel.Config(family: family).Text.Experts is not null, "experts picked by rounding");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(type: type, family: family);
        using VisionLanguageNetwork adapted =
            model.WithAdapter(new LoraSettings(Rank: 3, Alpha: 6, ["q_proj", "o_proj", "up_proj", "down_proj"]), seed: 1);
        foreach (string layer in adapted.Adapter!.Layers)
        {
            Tensor b = adapted.Parameters[$"{layer}.lora_B.weight"];
            b.copy_(((arange(b.numel()) % 7) - 3).view(b.shape).to(type) * 0.1);
        }
        ImageFeatures features = adapted.EncodeImages(Images);
        SequenceBatch late = Batch(adapted, features, [Sequences[2], Sequences[0]], left: true);
        SequenceBatch early = Batch(adapted, features, [Sequences[1]], left: true);
        using ForkedCache first = adapted.Prefill(early, features, [2]).Cache;
        using Decoding decoding = adapted.BeginDecoding(transposes: false);
        decoding.Step(tensor([30L, 31L]), tensor([(long)early.NextPositions[0], early.NextPositions[0]]), first);
        using ForkedCache second = adapted.Prefill(late, features, [1, 2]).Cache;

        long[] tokens = [20, 21, 22, 23, 24];
        long[] positions =
            [
                early.NextPositions[0] + 1, early.NextPositions[0] + 1,
                late.NextPositions[0], late.NextPositions[1], late.NextPositions[1],
            ];
        Tensor actual = decoding.Step(tensor(tokens), tensor(positions), first, second);

        TokenSequence[] whole =
        [
            Followed(Sequences[1], 30, 20), Followed(Sequences[1], 31, 21),
            Followed(Sequences[2], 22), Followed(Sequences[0], 23), Followed(Sequences[0], 24),
        ];
        Tensor expected = adapted.Forward(Batch(adapted, features, whole, left: true), features).select(1, -1);
        Assert.True(Distance(expected, actual) < tolerance, $"{Distance(expected, actual)}");
        Tensor unadapted = model.Forward(Batch(model, features, whole, left: true), features).select(1, -1);
        Assert.True(Distance(unadapted, actual) > 2 * tolerance);

        static TokenSequence Followed(TokenSequence sequence, params int[] by) =>
            sequence with { Tokens = [.. sequence.Tokens, .. by] };
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_sequence_that_leaves_before_its_first_token_leaves_the_others_as_they_are(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        ImageFeatures features = model.EncodeImages(Images);
        SequenceBatch prompts = Batch(model, features, Sequences, left: true);
        using ForkedCache all = model.Prefill(prompts, features, [2, 1, 2]).Cache;
        using ForkedCache some = model.Prefill(prompts, features, [2, 1, 2]).Cache;
        some.Keep([1, 3, 4]);
        int[] next = [.. new[] { 0, 0, 1, 2, 2 }.Select(prompt => prompts.NextPositions[prompt])];

        Tensor expected = Next(model, all, next, 20, step: 0);
        Tensor actual = Next(model, some, [next[1], next[3], next[4]], 20, step: 0);

        Assert.True(Distance(expected.index_select(0, tensor([1L, 3L, 4L])), actual) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_image_without_its_tokens_is_refused(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        ImageFeatures features = model.EncodeImages(Images);
        Assert.Throws<BadInputException>(() => Batch(model, features, [new([2, 7, 7, 7, 3, 11], [0])], left: false));
        Assert.Throws<BadInputException>(() => Batch(model, features, [new([2, 3, 11], [0])], left: false));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_parameter_receives_a_gradient(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = SmallModel.Create(tied: false, family: family);
        model.Parameters.Train(_ => true);
        ImageFeatures features = model.EncodeImages(Images);
        Tensor logits =
                    SmallModel.Logits(model, model.Forward(Batch(model, features, Sequences, left: false), features));
        logits.square().mean().backward();

        foreach (string name in model.Parameters.Names)
        {
            Tensor? gradient = model.Parameters[name].grad;
            Assert.True(gradient is not null && gradient.abs().max().item<float>() > 0, name);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_image_changes_what_follows_it_and_nothing_before(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = SmallModel.Create(family: family);
        Tensor first = States(SmallModel.Image(4, 4, 1));
        Tensor second = States(SmallModel.Image(4, 4, 3));

        // How many tokens an expert has decides how its products are rounded.
        double rounding = model.Config.Text.Experts is null ? 0 : 1e-5;
        Assert.InRange(Distance(first[0].narrow(0, 0, 2), second[0].narrow(0, 0, 2)), 0, rounding);
        Assert.True(Distance(first[0][-1], second[0][-1]) > 1e-3);

        Tensor States(ProcessedImage image)
        {
            ImageFeatures features = model.EncodeImages([image]);
            return model.Forward(Batch(model, features, [Sequences[0]], left: false), features);
        }
    }

    private static SequenceBatch Batch(
        VisionLanguageNetwork model, ImageFeatures features, IReadOnlyList<TokenSequence> sequences, bool left) =>
        SequenceBatch.Of(model.Config, sequences, features, left ? PaddingSide.Left : PaddingSide.Right, CPU);

    private static Tensor Next(
        VisionLanguageNetwork model, ForkedCache cache, IReadOnlyList<int> next, int token, int step) =>
        Next(model, cache, next, _ => token, step);

    private static Tensor Next(
        VisionLanguageNetwork model, ForkedCache cache, IReadOnlyList<int> next, Func<int, int> token, int step)
    {
        int rows = next.Count;
        long[] tokens = [.. Enumerable.Range(0, rows).Select(row => (long)token(row))];
        long[] positions = [.. next.Select(position => (long)(position + step))];
        using Decoding decoding = model.BeginDecoding(transposes: false);
        return decoding.Step(tensor(tokens), tensor(positions), cache);
    }

    // As a share of the largest number.
    private static double Distance(Tensor left, Tensor right) =>
        ((left - right).abs().max() / left.abs().max()).to(ScalarType.Float32).item<float>();
}
