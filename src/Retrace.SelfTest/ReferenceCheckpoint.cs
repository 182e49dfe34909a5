using System.Text.Json;
using System.Text.Json.Nodes;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Json;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>
/// A small checkpoint of a family, and what the public implementation computes with it: Reference/*Parity.json, which
/// tests/reference/family_parity.py made. Weights are a function of their names, so the file holds none.
/// </summary>
internal sealed record ReferenceCheckpoint(
    int Seed,
    int FirstSampled,
    int[][] Grids,
    ReferenceSequence[] Sequences,
    double[] Features,
    long[][][] Positions,
    int[] Deltas,
    Dictionary<string, ReferenceNumbers> Variants)
{
    public ModelFamily Family { get; private init; } = ModelFamilies.Default;

    /// <summary>The prompts, one sequence each.</summary>
    public TokenSequence[] Prompts =>
        [.. Sequences.Select(sequence => new TokenSequence(sequence.Prompt, sequence.Images))];

    /// <summary>The prompts with their responses.</summary>
    public TokenSequence[] Answered => [.. Sequences.Select(sequence =>
        new TokenSequence([.. sequence.Prompt, .. sequence.Response], sequence.Images))];

    /// <summary>Whether there is one for a family: those that came from outside have none.</summary>
    public static bool Has(ModelFamily family) =>
        typeof(ReferenceCheckpoint).Assembly.GetManifestResourceInfo(NameOf(family)) is not null;

    /// <summary>Reads a family's reference checkpoint.</summary>
    public static ReferenceCheckpoint Of(ModelFamily family)
    {
        using Stream stream = typeof(ReferenceCheckpoint).Assembly.GetManifestResourceStream(NameOf(family))!;
        return JsonSerializer.Deserialize<ReferenceCheckpoint>(stream, JsonSerializerOptions.Web)! with
        {
            Family = family,
        };
    }

    /// <summary>The script's function of the same name, with its formula.</summary>
    public Tensor Hashed(string name, long[] shape, double bound, Device device)
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
        return tensor(values, shape, device: device);
    }

    /// <summary>The model of a variant, with its weights.</summary>
    public VisionLanguageNetwork Create(string variant, ScalarType type, Device device)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(Variants[variant].Config);
        ModelConfig config = JsonPart.Parse(json, variant, Family.ReadConfig);
        var model = new VisionLanguageNetwork(config, type, device);
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (string name in model.Parameters.Names)
        {
            Tensor weight = model.Parameters[name];
            long[] shape = weight.shape;
            if (name.EndsWith(".bias", StringComparison.Ordinal))
            {
                weight.copy_(Hashed(name, shape, 0.5, device));
            }
            else if (shape.Length == 1)
            {
                weight.copy_(ones(shape, device: device) + Hashed(name, shape, 0.5, device));
            }
            else
            {
                // Each expert has a matrix of its own.
                long summed = shape.Length == 3 ? shape[2] : weight.numel() / shape[0];
                weight.copy_(Hashed(name, shape, 1.5 * Math.Sqrt(3.0 / summed), device));
            }
        }
        return model;
    }

    /// <summary>A model with an adapter whose B is as if it had learned: new ones are zero, and then nothing shows.</summary>
    public VisionLanguageNetwork Adapted(VisionLanguageNetwork model, LoraSettings settings)
    {
        VisionLanguageNetwork adapted = model.WithAdapter(settings, seed: 1);
        using var noGrad = no_grad();
        foreach (string layer in adapted.Adapter!.Layers)
        {
            string name = $"{layer}.lora_B.weight";
            using Tensor values = Hashed(name, adapted.Parameters[name].shape, 0.1, model.Device);
            adapted.Parameters[name].copy_(values);
        }
        return adapted;
    }

    /// <summary>The images of all prompts, as they are processed.</summary>
    public ProcessedImage[] Images(ModelConfig config) =>
    [
        .. Grids.Select((grid, i) =>
        {
            using Tensor patches = Hashed($"image.{i}", [grid[1] * grid[2], config.Vision.PatchLength], 2.0, CPU);
            return new ProcessedImage(new ImageGrid(grid[0], grid[1], grid[2]), [.. patches.data<float>()]);
        }),
    ];

    /// <summary>Predicts the responses' tokens in a batch of <see cref="Answered"/>.</summary>
    /// <param name="hidden">Final hidden states of the batch. [B, T, hidden]</param>
    public TokenPredictions Predict(VisionLanguageNetwork model, SequenceBatch batch, Tensor hidden, PaddingSide side)
    {
        var places = new List<long>();
        for (int row = 0; row < Sequences.Length; row++)
        {
            long before = (row * batch.Tokens.shape[1])
                + FirstToken(batch, row, side) + Sequences[row].Prompt.Length - 1;
            places.AddRange(Sequences[row].Response.Select((_, i) => before + i));
        }
        long[] targets = [.. Sequences.SelectMany(sequence => sequence.Response).Select(token => (long)token)];
        return TokenPredictions.Of(
            model,
            hidden,
            tensor(places.ToArray(), device: model.Device),
            tensor(targets, device: model.Device),
            temperature: 1,
            entropies: true);
    }

    /// <summary>Where a row of a batch begins behind its padding.</summary>
    public static int FirstToken(SequenceBatch batch, int row, PaddingSide side) =>
        side == PaddingSide.Left ? (int)batch.Tokens.shape[1] - batch.Lengths[row] : 0;

    private static string NameOf(ModelFamily family) => $"{family.ModelType}Parity.json";
}

/// <summary>A prompt with its images, by their places, and a response.</summary>
internal sealed record ReferenceSequence(int[] Prompt, int[] Response, int[] Images);

/// <summary>What a variant of a family's checkpoint computes.</summary>
/// <param name="LogitSlices">Of each sequence, the logits of the first eight sampled tokens at every place.</param>
/// <param name="LogitProducts">Of each sequence, the product of sampled tokens' logits with a probe.</param>
/// <param name="Gradients">The length of each parameter's gradient, and its product with a probe.</param>
internal sealed record ReferenceNumbers(
    JsonObject Config,
    double[][] LogitSlices,
    double[][] LogitProducts,
    double[][] LogProbs,
    double[][] Entropies,
    double Loss,
    Dictionary<string, double[]> Gradients,
    int[][] Greedy);
