using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>A family's small checkpoint against what the public implementation computed with it.</summary>
internal sealed class ParityChecks(ReferenceCheckpoint reference, string variant, Device device)
{
    private const double Tolerance = 1e-4;
    private const double GradientTolerance = 1e-3;

    // In bf16, which has 8 bits: as a share of the numbers' size, over the seven layers of the two parts. On a CPU they are off by
    // 0.058 at most (docs/families.md), and another device rounds elsewhere.
    private const double NarrowTolerance = 0.1;

    private ReferenceNumbers Expected => reference.Variants[variant];

    private string Name => $"{reference.Family.ModelType}/{variant}";

    /// <summary>Image features, logits, log-probabilities and entropies.</summary>
    public Finding Values() => Finding.Within($"{Name} values", Error(ScalarType.Float32, ofLogits: true), Tolerance);

    /// <summary>Log-probabilities and entropies in bf16.</summary>
    public Finding NarrowValues() =>
        Finding.Within($"{Name} values in bf16", Error(ScalarType.BFloat16, ofLogits: false), NarrowTolerance);

    /// <summary>Length and direction of every parameter's gradient.</summary>
    /// <param name="recomputes">Whether the backward pass computes activations anew.</param>
    public Finding Gradients(bool recomputes)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionLanguageNetwork model = reference.Create(variant, ScalarType.Float32, device);
        model.Parameters.Train(_ => true);
        model.RecomputesActivations = recomputes;
        using var backward = BackwardPass.Begin(device);
        using ImageFeatures features = model.EncodeImages(reference.Images(model.Config));
        SequenceBatch batch =
            SequenceBatch.Of(model.Config, reference.Answered, features, PaddingSide.Right, device);
        Tensor hidden = model.Forward(batch, features);
        using TokenPredictions predictions = reference.Predict(model, batch, hidden, PaddingSide.Right);
        backward.From(predictions.LogProbs.mean().neg());
        double worst = 0;
        foreach ((string name, double[] normAndProduct) in Expected.Gradients)
        {
            Tensor gradient = model.Parameters[name].grad
                ?? throw new InvalidOperationException($"{name} has no gradient");
            Tensor probe = reference.Hashed($"probe.{name}", gradient.shape, 1.0, device);
            double[] actual = Distance.Values(stack([gradient.norm(), (gradient * probe).sum()]));
            double error = actual.Zip(normAndProduct, (left, right) => Math.Abs(left - right)).Max() / normAndProduct[0];
            worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
        }
        return Finding.Within(
            $"{Name} gradients{(recomputes ? ", recomputed" : "")}", worst, GradientTolerance);
    }

    /// <summary>The tokens of greedy decoding through the cache, all of them.</summary>
    public Finding Greedy()
    {
        using DisposeScope scope = NewDisposeScope();
        using var inference = inference_mode();
        using VisionLanguageNetwork model = reference.Create(variant, ScalarType.Float32, device);
        using ImageFeatures features = model.EncodeImages(reference.Images(model.Config));
        SequenceBatch prompts = SequenceBatch.Of(model.Config, reference.Prompts, features, PaddingSide.Left, device);
        (ForkedCache cache, Tensor hidden) =
            model.Prefill(prompts, features, [.. reference.Sequences.Select(_ => 1)]);
        using ForkedCache held = cache;
        int steps = Expected.Greedy[0].Length;
        using Decoding decoding = model.BeginDecoding(sequences: prompts.Lengths.Count, tokens: steps);
        int differing = 0;
        for (int step = 0; step < steps; step++)
        {
            Tensor tokens = decoding.Logits(hidden).argmax(-1); // [B]
            differing += Distance.Values(tokens).Where((token, row) => token != Expected.Greedy[row][step]).Count();
            long[] positions = [.. prompts.NextPositions.Select(next => (long)(next + step))];
            hidden = decoding.Step(tokens, tensor(positions, device: device), cache);
        }
        return new Finding(
            $"{Name} greedy tokens",
            differing == 0 ? Outcome.Pass : Outcome.Fail,
            $"{differing} of {steps * reference.Sequences.Length} differ");
    }

    // The largest, as a share of the numbers' size.
    private double Error(ScalarType type, bool ofLogits)
    {
        using DisposeScope scope = NewDisposeScope();
        using var inference = inference_mode();
        using VisionLanguageNetwork model = reference.Create(variant, type, device);
        using ImageFeatures features = model.EncodeImages(reference.Images(model.Config));
        SequenceBatch batch = SequenceBatch.Of(model.Config, reference.Answered, features, PaddingSide.Right, device);
        Tensor hidden = model.Forward(batch, features);
        using TokenPredictions predictions = reference.Predict(model, batch, hidden, PaddingSide.Right);
        List<double> errors =
        [
            Distance.Largest([.. Expected.LogProbs.SelectMany(one => one)], predictions.LogProbs),
            Distance.Largest([.. Expected.Entropies.SelectMany(one => one)], predictions.Entropies!),
        ];
        if (ofLogits)
        {
            int size = model.Config.Text.HiddenSize;
            int width = (int)features.Rows.shape[1]; // DeepStack's parts stand behind the first, and their sizes differ.
            for (int part = 0; part < width; part += size)
            {
                double[] ofPart = [.. reference.Features.Where((_, i) => i % width / size * size == part)];
                errors.Add(Distance.Largest(ofPart, features.Rows.narrow(1, part, size)));
            }
            int first = reference.FirstSampled;
            int sampled = model.Config.Text.VocabularySize - first;
            Tensor logits = model.Logits(hidden).narrow(2, first, sampled); // [B, T, sampled]
            Tensor probe = reference.Hashed("probe.logits", [first + sampled], 1.0, device).narrow(0, first, sampled);
            for (int row = 0; row < reference.Sequences.Length; row++)
            {
                Tensor real = logits[row].narrow(0, 0, batch.Lengths[row]);
                errors.Add(Distance.Largest(Expected.LogitSlices[row], real.narrow(1, 0, 8)));
                errors.Add(Distance.Largest(Expected.LogitProducts[row], real.mv(probe)));
            }
        }
        return errors.Max();
    }
}
