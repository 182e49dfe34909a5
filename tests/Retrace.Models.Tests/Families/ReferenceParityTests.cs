using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Families;

/// <summary>
/// Models of all families against the public implementation, on small checkpoints: Reference/*Parity.json hold what the
/// latter computed, tests/reference/family_parity.py made them and says how.
/// </summary>
public sealed class ReferenceParityTests
{
    private const double Tolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    public static TheoryData<string> Families { get; } = [.. ModelFamilies.All.Select(family => family.ModelType)];

    public static TheoryData<string, string> Variants { get; } = new(
        ModelFamilies.All.SelectMany(family => Reference.Of(family.ModelType).Variants.Keys
            .Select(variant => (family.ModelType, variant))));

    [Theory]
    [MemberData(nameof(Families))]
    public void The_vision_tower_computes_the_references_features(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Reference reference = Reference.Of(family);
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
        Reference reference = Reference.Of(family);
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
            Reference reference = Reference.Of(family);
            using VisionLanguageNetwork model = Create(reference, variant);
            Numbers expected = reference.Variants[variant];
            ImageFeatures features = EncodeImages(reference, model);
            SequenceBatch batch = SequenceBatch.Of(model.Config, reference.Answered, features, side, CPU);
            Tensor hidden = model.Forward(batch, features);
            int first = reference.FirstSampled;
            int sampled = model.Config.Text.VocabularySize - first;
            Tensor logits = model.Logits(hidden).narrow(2, first, sampled);
            Tensor probe = reference.Hashed("probe.logits", [first + sampled], 1.0).narrow(0, first, sampled);

            for (int row = 0; row < reference.Answered.Length; row++)
            {
                Tensor real = logits[row].narrow(0, FirstToken(batch, row, side), batch.Lengths[row]);
                AssertClose(expected.LogitSlices[row], real.narrow(1, 0, 8), Tolerance, $"logits of sequence {row}");
                AssertClose(expected.LogitProducts[row], real.mv(probe), Tolerance, $"all logits of sequence {row}");
            }
            using TokenPredictions predictions = PredictResponses(reference, model, batch, hidden, side);
            AssertClose(
                [.. expected.LogProbs.SelectMany(x => x)], predictions.LogProbs, Tolerance, "log-probabilities");
            AssertClose([.. expected.Entropies.SelectMany(x => x)], predictions.Entropies!, Tolerance, "entropies");
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Greedy_generation_through_the_cache_makes_the_references_tokens(string family, string variant)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Reference reference = Reference.Of(family);
        using VisionLanguageNetwork model = Create(reference, variant);
        int[][] expected = reference.Variants[variant].Greedy;
        TokenSequence[] sequences = reference.Prompts;
        int steps = expected[0].Length;
        ImageFeatures features = EncodeImages(reference, model);
        SequenceBatch prompts = SequenceBatch.Of(model.Config, sequences, features, PaddingSide.Left, CPU);
        (ForkedCache cache, Tensor hidden) = model.Prefill(prompts, features, [.. sequences.Select(_ => 1)]);
        using ForkedCache held = cache;
        var made = new List<long[]>();
        for (int step = 0; step < steps; step++)
        {
            Tensor tokens = model.Logits(hidden).argmax(-1); // [B]
            made.Add([.. tokens.data<long>()]);
            long[] positions = [.. prompts.NextPositions.Select(next => (long)(next + step))];
            hidden = model.DecodeStep(tokens, tensor(positions), cache);
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
        Reference reference = Reference.Of(family);
        using VisionLanguageNetwork model = Create(reference, variant);
        model.Parameters.Train(_ => true);
        Numbers expected = reference.Variants[variant];
        ImageFeatures features = EncodeImages(reference, model);
        SequenceBatch batch = SequenceBatch.Of(model.Config, reference.Answered, features, PaddingSide.Right, CPU);
        Tensor hidden = model.Forward(batch, features);
        using TokenPredictions predictions = PredictResponses(reference, model, batch, hidden, PaddingSide.Right);
        Tensor loss = predictions.LogProbs.mean().neg();
        loss.backward();

        AssertClose([expected.Loss], loss, Tolerance, "loss");
        Assert.Equal(expected.Gradients.Keys.Order(), model.Parameters.Names.Order());
        foreach ((string name, double[] normAndProduct) in expected.Gradients)
        {
            Tensor gradient = model.Parameters[name].grad!;
            Tensor probe = reference.Hashed($"probe.{name}", gradient.shape, 1.0);
            double bound = GradientTolerance * normAndProduct[0];
            AssertWithin(bound, normAndProduct[0], gradient.norm(), $"length of the gradient of {name}");
            AssertWithin(bound, normAndProduct[1], (gradient * probe).sum(), $"direction of the gradient of {name}");
        }
    }

    private static VisionLanguageNetwork Create(Reference reference, string variant)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(reference.Variants[variant].Config);
        ModelConfig config = JsonPart.Parse(json, variant, reference.Family.ReadConfig);
        var model = new VisionLanguageNetwork(config, ScalarType.Float32, CPU);
        using var noGrad = no_grad();
        foreach (string name in model.Parameters.Names)
        {
            Tensor weight = model.Parameters[name];
            long[] shape = weight.shape;
            if (name.EndsWith(".bias", StringComparison.Ordinal))
            {
                weight.copy_(reference.Hashed(name, shape, 0.5));
            }
            else if (shape.Length == 1)
            {
                weight.copy_(ones(shape) + reference.Hashed(name, shape, 0.5));
            }
            else
            {
                // Of experts there is one matrix each.
                long summed = shape.Length == 3 ? shape[2] : weight.numel() / shape[0];
                weight.copy_(reference.Hashed(name, shape, 1.5 * Math.Sqrt(3.0 / summed)));
            }
        }
        return model;
    }

    private static ImageFeatures EncodeImages(Reference reference, VisionLanguageNetwork model) =>
        model.EncodeImages([.. reference.Grids.Select((grid, i) =>
        {
            long[] shape = [grid[1] * grid[2], model.Config.Vision.PatchLength];
            return new ProcessedImage(
                new ImageGrid(grid[0], grid[1], grid[2]), [.. reference.Hashed($"image.{i}", shape, 2.0).data<float>()]);
        })]);

    private static int FirstToken(SequenceBatch batch, int row, PaddingSide side) =>
        side == PaddingSide.Left ? (int)batch.Tokens.shape[1] - batch.Lengths[row] : 0;

    private static TokenPredictions PredictResponses(
        Reference reference, VisionLanguageNetwork model, SequenceBatch batch, Tensor hidden, PaddingSide side)
    {
        var places = new List<long>();
        for (int row = 0; row < reference.Prompts.Length; row++)
        {
            long before = (row * batch.Tokens.shape[1])
                + FirstToken(batch, row, side) + reference.Prompts[row].Tokens.Length - 1;
            places.AddRange(reference.Sequences[row].Response.Select((_, i) => before + i));
        }
        long[] targets = [.. reference.Sequences.SelectMany(sequence => sequence.Response).Select(token => (long)token)];
        return TokenPredictions.Of(
            model, hidden, tensor(places.ToArray()), tensor(targets), temperature: 1, entropies: true);
    }

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

    private sealed record Reference(
        int Seed,
        int FirstSampled,
        int[][] Grids,
        Sequence[] Sequences,
        double[] Features,
        long[][][] Positions,
        int[] Deltas,
        Dictionary<string, Numbers> Variants)
    {
        private static readonly Dictionary<string, Reference> All = ModelFamilies.All.ToDictionary(
            family => family.ModelType,
            family => ReferenceData.Read<Reference>($"{family.ModelType}Parity.json") with { Family = family });

        public ModelFamily Family { get; private init; } = ModelFamilies.Default;

        public TokenSequence[] Prompts =>
            [.. Sequences.Select(sequence => new TokenSequence(sequence.Prompt, sequence.Images))];

        public TokenSequence[] Answered => [.. Sequences.Select(sequence =>
            new TokenSequence([.. sequence.Prompt, .. sequence.Response], sequence.Images))];

        public static Reference Of(string family) => All[family];

        /// <summary>The script's function of the same name, with its formula.</summary>
        public Tensor Hashed(string name, long[] shape, double bound)
        {
            ulong state = 0xCBF29CE484222325;
            foreach (char letter in $"{Seed}/{name}")
            {
                state = (state ^ letter) * 0x100000001B3;
            }
            float[] values = new float[shape.Aggregate((product, size) => product * size)];
            for (int i = 0; i < values.Length; i++)
            {
                state += 0x9E3779B97F4A7C15;
                ulong z = state;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                z ^= z >> 31;
                values[i] = (float)(((2.0 * ((z >> 11) / Math.Pow(2, 53))) - 1.0) * bound);
            }
            return tensor(values, shape);
        }
    }

    private sealed record Sequence(int[] Prompt, int[] Response, int[] Images);

    /// <param name="LogitSlices">Of each sequence, the logits of the first eight sampled tokens at every place.</param>
    /// <param name="LogitProducts">Of each sequence, the product of sampled tokens' logits with a probe.</param>
    /// <param name="Gradients">The length of each parameter's gradient, and its product with a probe.</param>
    private sealed record Numbers(
        JsonObject Config,
        double[][] LogitSlices,
        double[][] LogitProducts,
        double[][] LogProbs,
        double[][] Entropies,
        double Loss,
        Dictionary<string, double[]> Gradients,
        int[][] Greedy);
}
