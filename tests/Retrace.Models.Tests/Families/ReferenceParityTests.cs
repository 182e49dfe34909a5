using Retrace.Models.Network;
using Retrace.SelfTest;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Families;

/// <summary>
/// Models of all families against the public implementation, on small checkpoints: <see cref="ReferenceCheckpoint"/>
/// has what the latter computed.
/// </summary>
public sealed class ReferenceParityTests
{
    private const double Tolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    public static TheoryData<string> Families { get; } = [.. ModelFamilies.All.Select(family => family.ModelType)];

    public static TheoryData<string, string> Variants { get; } = new(
        ModelFamilies.All.SelectMany(family => ReferenceCheckpoint.Of(family).Variants.Keys
            .Select(variant => (family.ModelType, variant))));

    public static TheoryData<string, string, bool> VariantsAndOrders { get; } = new(
        Variants.SelectMany(row => new[] { false, true }.Select(transposes => (row.Data.Item1, row.Data.Item2, transposes))));

    [Theory]
    [MemberData(nameof(Families))]
    public void The_vision_tower_computes_the_references_features(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ReferenceCheckpoint reference = ReferenceOf(family);
        using VisionLanguageNetwork model = Create(reference, "tied");

        ImageFeatures features = EncodeImages(reference, model);

        int size = model.Config.Text.HiddenSize;
        int parts = 1 + model.Config.Vision.DeepStackLayers;
        Assert.Equal(parts * size, features.Rows.shape[1]);
        Tensor expected = tensor(reference.Features).view(features.Rows.shape);
        for (int part = 0; part < parts; part++) // Their sizes differ.
        {
            AssertClose(
                [.. expected.narrow(1, part * size, size).contiguous().data<double>()],
                features.Rows.narrow(1, part * size, size),
                Tolerance,
                $"image features, part {part}");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Tokens_stand_where_the_reference_puts_them(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ReferenceCheckpoint reference = ReferenceOf(family);
        using VisionLanguageNetwork model = Create(reference, "tied");
        ImageFeatures features = EncodeImages(reference, model);

        using SequenceBatch batch =
            SequenceBatch.Of(model.Config, reference.Prompts, features, PaddingSide.Left, CPU);

        int width = (int)batch.Tokens.shape[1];
        for (int row = 0; row < reference.Prompts.Length; row++)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                Tensor actual = batch.Positions[axis, row].narrow(0, width - batch.Lengths[row], batch.Lengths[row]);
                Assert.Equal(reference.Positions[row][axis], actual.data<long>().ToArray());
            }
            // The reference counts from the padded width.
            Assert.Equal(reference.Deltas[row], batch.NextPositions[row] - width);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Predictions_are_the_references(string family, string variant)
    {
        foreach (PaddingSide side in Enum.GetValues<PaddingSide>())
        {
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            ReferenceCheckpoint reference = ReferenceOf(family);
            using VisionLanguageNetwork model = Create(reference, variant);
            ReferenceNumbers expected = reference.Variants[variant];
            ImageFeatures features = EncodeImages(reference, model);
            SequenceBatch batch = SequenceBatch.Of(model.Config, reference.Answered, features, side, CPU);
            Tensor hidden = model.Forward(batch, features);
            int first = reference.FirstSampled;
            int sampled = model.Config.Text.VocabularySize - first;
            Tensor logits = model.Logits(hidden).narrow(2, first, sampled);
            Tensor probe = reference.Hashed("probe.logits", [first + sampled], 1.0, CPU).narrow(0, first, sampled);

            for (int row = 0; row < reference.Answered.Length; row++)
            {
                Tensor real = logits[row].narrow(0, ReferenceCheckpoint.FirstToken(batch, row, side), batch.Lengths[row]);
                AssertClose(expected.LogitSlices[row], real.narrow(1, 0, 8), Tolerance, $"logits of sequence {row}");
                AssertClose(expected.LogitProducts[row], real.mv(probe), Tolerance, $"all logits of sequence {row}");
            }
            using TokenPredictions predictions = reference.Predict(model, batch, hidden, side);
            AssertClose(
                [.. expected.LogProbs.SelectMany(x => x)], predictions.LogProbs, Tolerance, "log-probabilities");
            AssertClose([.. expected.Entropies.SelectMany(x => x)], predictions.Entropies!, Tolerance, "entropies");
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndOrders))]
    public void Greedy_generation_through_the_cache_makes_the_references_tokens(string family, string variant, bool transposes)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ReferenceCheckpoint reference = ReferenceOf(family);
        using VisionLanguageNetwork model = Create(reference, variant);
        int[][] expected = reference.Variants[variant].Greedy;
        TokenSequence[] sequences = reference.Prompts;
        int steps = expected[0].Length;
        ImageFeatures features = EncodeImages(reference, model);
        SequenceBatch prompts = SequenceBatch.Of(model.Config, sequences, features, PaddingSide.Left, CPU);
        (ForkedCache cache, Tensor hidden) = model.Prefill(prompts, features, [.. sequences.Select(_ => 1)]);
        using ForkedCache held = cache;
        using Decoding decoding = model.BeginDecoding(transposes);
        var made = new List<long[]>();
        for (int step = 0; step < steps; step++)
        {
            Tensor tokens = decoding.Logits(hidden).argmax(-1); // [B]
            made.Add([.. tokens.data<long>()]);
            long[] positions = [.. prompts.NextPositions.Select(next => (long)(next + step))];
            hidden = decoding.Step(tokens, tensor(positions), cache);
        }

        for (int row = 0; row < sequences.Length; row++)
        {
            Assert.Equal(expected[row], made.Select(tokens => (int)tokens[row]));
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_parameters_gradient_is_the_references(string family, string variant)
    {
        using DisposeScope scope = NewDisposeScope();
        ReferenceCheckpoint reference = ReferenceOf(family);
        using VisionLanguageNetwork model = Create(reference, variant);
        model.Parameters.Train(_ => true);
        ReferenceNumbers expected = reference.Variants[variant];
        ImageFeatures features = EncodeImages(reference, model);
        SequenceBatch batch = SequenceBatch.Of(model.Config, reference.Answered, features, PaddingSide.Right, CPU);
        Tensor hidden = model.Forward(batch, features);
        using TokenPredictions predictions = reference.Predict(model, batch, hidden, PaddingSide.Right);
        Tensor loss = predictions.LogProbs.mean().neg();
        loss.backward();

        AssertClose([expected.Loss], loss, Tolerance, "loss");
        Assert.Equal(expected.Gradients.Keys.Order(), model.Parameters.Names.Order());
        foreach ((string name, double[] normAndProduct) in expected.Gradients)
        {
            Tensor gradient = model.Parameters[name].grad!;
            Tensor probe = reference.Hashed($"probe.{name}", gradient.shape, 1.0, CPU);
            double bound = GradientTolerance * normAndProduct[0];
            AssertWithin(bound, normAndProduct[0], gradient.norm(), $"length of the gradient of {name}");
            AssertWithin(bound, normAndProduct[1], (gradient * probe).sum(), $"direction of the gradient of {name}");
        }
    }

    private static VisionLanguageNetwork Create(ReferenceCheckpoint reference, string variant) =>
        reference.Create(variant, ScalarType.Float32, CPU);

    private static ImageFeatures EncodeImages(ReferenceCheckpoint reference, VisionLanguageNetwork model) =>
        model.EncodeImages(reference.Images(model.Config));

    /// <summary>No number may be off by more than this share of the numbers' usual size.</summary>
    private static void AssertClose(double[] expected, Tensor actual, double tolerance, string what)
    {
        float[] values = [.. actual.contiguous().data<float>()];
        Assert.Equal(expected.Length, values.Length);
        double size = Math.Sqrt(expected.Average(value => value * value));
        double worst = expected.Zip(values, (left, right) => Math.Abs(left - right)).Max() / size;
        Assert.True(worst <= tolerance, $"{what}: off by {worst} of their size");
    }

    private static void AssertWithin(double bound, double expected, Tensor actual, string what)
    {
        float value = actual.item<float>();
        Assert.True(Math.Abs(value - expected) <= bound, $"{what}: {value} instead of {expected}");
    }

    private static ReferenceCheckpoint ReferenceOf(string family) =>
        ReferenceCheckpoint.Of(ModelFamilies.All.Single(one => one.ModelType == family));
}
