using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Retrace.Models.Tests.Families.Qwen25VL;

/// <summary>
/// The model against the public implementation, on a small checkpoint: Reference/QwenParity.json holds what the latter
/// computed, tests/reference/qwen_parity.py made it and says how.
/// </summary>
public sealed class ReferenceParityTests
{
    private const double Tolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    private static readonly Reference Expected = Reference.Load();

    private static readonly TokenSequence[] Prompts =
        [.. Expected.Sequences.Select(sequence => new TokenSequence(sequence.Prompt, sequence.Images))];

    private static readonly TokenSequence[] Answered = [.. Expected.Sequences.Select(sequence =>
        new TokenSequence([.. sequence.Prompt, .. sequence.Response], sequence.Images))];

    [Fact]
    public void The_vision_tower_computes_the_references_features()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = Create("tied");

        ImageFeatures features = EncodeImages(model);

        AssertClose(Expected.Features, features.Rows, Tolerance, "image features");
    }

    [Fact]
    public void Tokens_stand_where_the_reference_puts_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = Create("tied");
        ImageFeatures features = EncodeImages(model);

        using SequenceBatch batch = SequenceBatch.Of(model.Config, Prompts, features, PaddingSide.Left, CPU);

        int width = (int)batch.Tokens.shape[1];
        for (int row = 0; row < Prompts.Length; row++)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                Tensor actual = batch.Positions[axis, row].narrow(0, width - batch.Lengths[row], batch.Lengths[row]);
                Assert.Equal(Expected.Positions[row][axis], actual.data<long>().ToArray());
            }
            // The reference counts from the padded width.
            Assert.Equal(Expected.Deltas[row], batch.NextPositions[row] - width);
        }
    }

    [Theory]
    [InlineData("tied", PaddingSide.Left)]
    [InlineData("tied", PaddingSide.Right)]
    [InlineData("untied", PaddingSide.Left)]
    [InlineData("untied", PaddingSide.Right)]
    public void Predictions_are_the_references(string head, PaddingSide side)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = Create(head);
        HeadNumbers expected = Expected.Of(head);
        ImageFeatures features = EncodeImages(model);
        SequenceBatch batch = SequenceBatch.Of(model.Config, Answered, features, side, CPU);
        Tensor hidden = model.Forward(batch, features);
        Tensor logits = model.Logits(hidden);
        Tensor probe = Hashed("probe.logits", [model.Config.Text.VocabularySize], 1.0);

        for (int row = 0; row < Answered.Length; row++)
        {
            Tensor real = logits[row].narrow(0, FirstToken(batch, row, side), batch.Lengths[row]);
            AssertClose(expected.LogitSlices[row], real.narrow(1, 5, 8), Tolerance, $"logits of sequence {row}");
            AssertClose(expected.LogitProducts[row], real.mv(probe), Tolerance, $"all logits of sequence {row}");
        }
        using TokenPredictions predictions = PredictResponses(model, batch, hidden, side);
        AssertClose([.. expected.LogProbs.SelectMany(x => x)], predictions.LogProbs, Tolerance, "log-probabilities");
        AssertClose([.. expected.Entropies.SelectMany(x => x)], predictions.Entropies!, Tolerance, "entropies");
    }

    [Theory]
    [InlineData("tied")]
    [InlineData("untied")]
    public void Greedy_generation_through_the_cache_makes_the_references_tokens(string head)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VisionLanguageNetwork model = Create(head);
        int[][] expected = Expected.Of(head).Greedy;
        int rows = Prompts.Length;
        int steps = expected[0].Length;
        ImageFeatures features = EncodeImages(model);
        SequenceBatch prompts = SequenceBatch.Of(model.Config, Prompts, features, PaddingSide.Left, CPU);
        (ForkedCache cache, Tensor hidden) = model.Prefill(prompts, features, [.. Prompts.Select(_ => 1)]);
        using ForkedCache held = cache;
        var made = new List<long[]>();
        for (int step = 0; step < steps; step++)
        {
            Tensor tokens = model.Logits(hidden).argmax(-1); // [B]
            made.Add([.. tokens.data<long>()]);
            long[] positions = [.. prompts.NextPositions.Select(next => (long)(next + step))];
            hidden = model.DecodeStep(tokens, tensor(positions), cache);
        }

        for (int row = 0; row < rows; row++)
        {
            Assert.Equal(expected[row], made.Select(tokens => (int)tokens[row]));
        }
    }

    [Theory]
    [InlineData("tied")]
    [InlineData("untied")]
    public void Every_parameters_gradient_is_the_references(string head)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = Create(head);
        model.Parameters.Train(_ => true);
        HeadNumbers expected = Expected.Of(head);
        ImageFeatures features = EncodeImages(model);
        SequenceBatch batch = SequenceBatch.Of(model.Config, Answered, features, PaddingSide.Right, CPU);
        Tensor hidden = model.Forward(batch, features);
        using TokenPredictions predictions = PredictResponses(model, batch, hidden, PaddingSide.Right);
        Tensor loss = predictions.LogProbs.mean().neg();
        loss.backward();

        AssertClose([expected.Loss], loss, Tolerance, "loss");
        Assert.Equal(expected.Gradients.Keys.Order(), model.Parameters.Names.Order());
        foreach ((string name, double[] normAndProduct) in expected.Gradients)
        {
            Tensor gradient = model.Parameters[name].grad!;
            Tensor probe = Hashed($"probe.{name}", gradient.shape, 1.0);
            double bound = GradientTolerance * normAndProduct[0];
            AssertWithin(bound, normAndProduct[0], gradient.norm(), $"length of the gradient of {name}");
            AssertWithin(bound, normAndProduct[1], (gradient * probe).sum(), $"direction of the gradient of {name}");
        }
    }

    private static VisionLanguageNetwork Create(string head)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(Expected.Of(head).Config);
        ModelConfig config = JsonPart.Parse(json, head, ModelFamilies.Default.ReadConfig);
        var model = new VisionLanguageNetwork(config, ScalarType.Float32, CPU);
        using var noGrad = no_grad();
        foreach (string name in model.Parameters.Names)
        {
            Tensor weight = model.Parameters[name];
            long[] shape = weight.shape;
            if (name.EndsWith(".bias", StringComparison.Ordinal))
            {
                weight.copy_(Hashed(name, shape, 0.5));
            }
            else if (shape.Length == 1)
            {
                weight.copy_(ones(shape) + Hashed(name, shape, 0.5));
            }
            else
            {
                weight.copy_(Hashed(name, shape, 1.5 * Math.Sqrt(3.0 / (weight.numel() / shape[0]))));
            }
        }
        return model;
    }

    private static ImageFeatures EncodeImages(VisionLanguageNetwork model) =>
        model.EncodeImages([.. Expected.Grids.Select((grid, i) =>
        {
            long[] shape = [grid[1] * grid[2], model.Config.Vision.PatchLength];
            return new ProcessedImage(
                new ImageGrid(grid[0], grid[1], grid[2]), [.. Hashed($"image.{i}", shape, 2.0).data<float>()]);
        })]);

    private static int FirstToken(SequenceBatch batch, int row, PaddingSide side) =>
        side == PaddingSide.Left ? (int)batch.Tokens.shape[1] - batch.Lengths[row] : 0;

    private static TokenPredictions PredictResponses(
        VisionLanguageNetwork model, SequenceBatch batch, Tensor hidden, PaddingSide side)
    {
        var places = new List<long>();
        for (int row = 0; row < Prompts.Length; row++)
        {
            long before = (row * batch.Tokens.shape[1]) + FirstToken(batch, row, side) + Prompts[row].Tokens.Length - 1;
            places.AddRange(Expected.Sequences[row].Response.Select((_, i) => before + i));
        }
        long[] targets = [.. Expected.Sequences.SelectMany(sequence => sequence.Response).Select(token => (long)token)];
        return TokenPredictions.Of(
            model, hidden, tensor(places.ToArray()), tensor(targets), temperature: 1, entropies: true);
    }

    /// <summary>The script's function of the same name, with its formula.</summary>
    private static Tensor Hashed(string name, long[] shape, double bound)
    {
        ulong state = 0xCBF29CE484222325;
        foreach (char letter in $"{Expected.Seed}/{name}")
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
        int[][] Grids,
        Sequence[] Sequences,
        double[] Features,
        long[][][] Positions,
        int[] Deltas,
        HeadNumbers Tied,
        HeadNumbers Untied)
    {
        public static Reference Load()
        {
            using Stream stream = typeof(Reference).Assembly.GetManifestResourceStream("QwenParity.json")!;
            return JsonSerializer.Deserialize<Reference>(stream, JsonSerializerOptions.Web)!;
        }

        public HeadNumbers Of(string head) => head == "tied" ? Tied : Untied;
    }

    private sealed record Sequence(int[] Prompt, int[] Response, int[] Images);

    /// <param name="LogitSlices">Of each sequence, the logits of tokens 5 to 12 at every place.</param>
    /// <param name="LogitProducts">Of each sequence, the product of all logits with a probe at every place.</param>
    /// <param name="Gradients">The length of each parameter's gradient, and its product with a probe.</param>
    private sealed record HeadNumbers(
        JsonObject Config,
        double[][] LogitSlices,
        double[][] LogitProducts,
        double[][] LogProbs,
        double[][] Entropies,
        double Loss,
        Dictionary<string, double[]> Gradients,
        int[][] Greedy);
}
