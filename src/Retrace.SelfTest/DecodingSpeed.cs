using System.Diagnostics;
using System.Globalization;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>
/// A decoding step with random weights against what the device allows: reading weights and cache once at the bandwidth
/// of a plain sum, and the step's matrix products alone.
/// </summary>
/// <param name="quick">Takes a model that is too small to say much, so that the path is tried.</param>
internal sealed class DecodingSpeed(Device device, bool quick)
{
    private const int Prompt = 64;
    private const int Few = 4;
    private const int Rounds = 2;

    private bool IsGpu => device.type != DeviceType.CPU;

    private ScalarType Type => IsGpu ? ScalarType.BFloat16 : ScalarType.Float32;

    private int Steps => quick ? 4 : IsGpu ? 64 : 12;

    /// <summary>The device's bandwidth and its rate of products, then a step of each batch size.</summary>
    public IEnumerable<Finding> Run()
    {
        using DisposeScope scope = NewDisposeScope();
        using var inference = inference_mode();
        double bandwidth = Bandwidth();
        yield return Info(
            "bandwidth of a sum", string.Create(CultureInfo.InvariantCulture, $"{bandwidth / 1e9:0.0} GB/s"));
        yield return Info(
            $"{Type} product", string.Create(CultureInfo.InvariantCulture, $"{MatrixRate() / 1e12:0.000} TFLOP/s"));
        using VisionLanguageNetwork model = new(Config(), Type, device);
        model.Initialise(seed: 1);
        foreach (int batch in quick ? [1, 4] : IsGpu ? [1, 64, 512] : (int[])[1, 8])
        {
            yield return OfBatch(model, batch, bandwidth);
        }
    }

    // On a GPU a published size, the smallest; elsewhere one of the same kind whose weights no cache holds.
    private ModelConfig Config()
    {
        ModelFamily family = ModelFamilies.Default;
        TextConfig text = family.PublishedSizes[0].Text;
        if (quick || !IsGpu)
        {
            int heads = quick ? 2 : 8;
            text = text with
            {
                VocabularySize = 16000,
                HiddenSize = heads * text.HeadSize,
                IntermediateSize = heads * text.HeadSize * 11 / 4,
                Layers = quick ? 2 : 8,
                Heads = heads,
            };
        }
        return new ModelConfig(
            family,
            text,
            family.Tiny.Vision with { OutHiddenSize = text.HiddenSize },
            new TokenIds(EndOfText: 0, Stops: [], VisionStart: 2, VisionEnd: 3, VisionPad: 4, ImagePad: 6, VideoPad: 7));
    }

    private Finding OfBatch(VisionLanguageNetwork model, int batch, double bandwidth)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] matrices =
        [
            .. model.Parameters.Names.Where(name => !model.Config.Family.WeightNames.IsVision(name))
                .Select(name => model.Parameters[name])
                .Where(weights => weights.dim() == 2),
        ];
        Dictionary<long, Tensor> inputs = matrices.Select(matrix => matrix.shape[1]).Distinct()
            .ToDictionary(size => size, size => ones(batch, size, dtype: Type, device: device));
        var engine = new LocalRolloutEngine(model, batch);
        double step = (Seconds(() => Generate(Few + Steps)) - Seconds(() => Generate(Few))) / Steps;
        string name = $"decoding, batch {batch}";
        if (step <= 0)
        {
            return Info(name, "other work on the machine was more than what was to be measured");
        }
        double products = Seconds(() =>
        {
            foreach (Tensor matrix in matrices)
            {
                nn.functional.linear(inputs[matrix.shape[1]], matrix).Dispose();
            }
        });
        double weightBytes = matrices.Sum(matrix => (double)matrix.numel() * matrix.ElementSize);
        double cacheBytes = (double)batch * (Prompt + Few + (Steps / 2)) * model.BytesOfCachedToken;
        double bound = (weightBytes + cacheBytes) / bandwidth;
        return Info(
            name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{batch / step:0.0} tokens/s, {1000 * step:0.00} ms a step; of it by bandwidth {bound / step:0.00}, ")
                + string.Create(CultureInfo.InvariantCulture, $"by products {products / step:0.00}"));

        void Generate(int tokens) => engine.Generate(
            [
                .. Enumerable.Range(0, batch).Select(i => new RolloutRequest(
                    [.. Enumerable.Range(0, Prompt).Select(t => 8 + (((31 * i) + (7 * t)) % 1000))],
                    [],
                    tokens,
                    [RandomStream.For(2, i)])),
            ],
            new SamplingSettings(Temperature: 1),
            CancellationToken.None);
    }

    // Bytes a second.
    private double Bandwidth()
    {
        long count = quick ? 1L << 24 : IsGpu ? 1L << 30 : 1L << 26;
        using Tensor values = ones(count, dtype: ScalarType.Float32, device: device);
        return values.numel() * sizeof(float) / Seconds(() => values.sum().Dispose());
    }

    // Operations a second, two for each product of numbers.
    private double MatrixRate()
    {
        long size = IsGpu ? 8192 : quick ? 512 : 1536;
        using Tensor values = ones(size, size, dtype: Type, device: device);
        return 2.0 * size * size * size / Seconds(() => values.mm(values).Dispose());
    }

    // The best of some rounds, after one that is not counted.
    private double Seconds(Action work)
    {
        double best = double.PositiveInfinity;
        for (int round = 0; round <= Rounds; round++)
        {
            Finish();
            long start = Stopwatch.GetTimestamp();
            work();
            Finish();
            best = round == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    private void Finish()
    {
        if (IsGpu)
        {
            cuda.synchronize(device);
        }
    }

    private static Finding Info(string check, string figures) => new(check, Outcome.Info, figures);
}
