using Retrace.Benchmarks.Measuring;
using Retrace.Configuration;
using Retrace.Models.Families.Qwen25VL;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Benchmarks;

/// <summary>
/// How time grows with the length of responses, their number, the image and the model, beside how the arithmetic grows:
/// the exponents of both, fitted to the logarithms.
/// </summary>
internal static class Scaling
{
    private static readonly LearningSettings Settings = new() { Kl = 0, LearningRate = 1e-6, MiniBatch = int.MaxValue };

    public static void Run(BenchmarkSettings settings)
    {
        ModelConfig model = settings.Smallest
            ? RandomModel.Smallest
            : RandomModel.Shape(hidden: 384, layers: 6, vocabulary: 4000);
        int[] lengths = settings.Smallest ? [4, 8] : [64, 128, 256, 512, 1024];
        int[] batches = settings.Smallest ? [1, 2] : [1, 2, 4, 8, 16];
        int[] sides = settings.Smallest ? [4, 8] : [4, 8, 16, 24, 32];
        int[] widths = settings.Smallest ? [64, 128] : [128, 256, 384, 512, 768];
        var common = new Size(model, Responses: 2, Text: 32, Side: 0, Response: settings.Smallest ? 4 : 64);

        Curve("learning: tokens of a response", lengths, one => common with { Response = one }, Learning, settings);
        Curve("learning: responses", batches, one => common with { Responses = one }, Learning, settings);
        Curve("learning: side of the image, in tokens", sides, one => common with { Side = one }, Learning, settings);
        Curve("learning: width of the model", widths,
            one => common with { Model = RandomModel.Shape(one, model.Text.Layers, model.Text.VocabularySize) },
            Learning, settings);
        // A prompt of one token: many are read in little more time than one is generated in, so they would hide the
        // growth.
        Curve(
            "generation: tokens of a response",
            lengths,
            one => common with { Text = 1, Response = one },
            Generating,
            settings);
        Curve("generation: responses", batches, one => common with { Responses = one }, Generating, settings);
    }

    private static void Curve(
        string title,
        int[] values,
        Func<int, Size> sizeOf,
        Func<Size, (Action Work, double Operations, IDisposable Held)> prepare,
        BenchmarkSettings settings)
    {
        var prepared = values.Select(value => (Value: value, Case: prepare(sizeOf(value)))).ToArray();
        Rounds rounds = Rounds.Of(
            settings, [.. prepared.Select(one => ($"{one.Value}", one.Case.Work))]);
        Console.WriteLine(title);
        double[] seconds = new double[values.Length];
        foreach ((int i, (int value, var work)) in prepared.Index())
        {
            Spread spread = rounds.Seconds($"{value}");
            seconds[i] = spread.Median;
            Console.WriteLine(
                $"  {value,5}  {spread.ToString("0.0000"),-30} s  {work.Operations / 1e9,10:0.000} GFLOP  "
                + $"{work.Operations / spread.Median / 1e9,7:0.0} GFLOP/s");
            work.Held.Dispose();
        }
        double[] operations = [.. prepared.Select(one => one.Case.Operations)];
        Console.WriteLine(
            $"  exponent of time {Exponent(values, seconds):0.00}, of the arithmetic {Exponent(values, operations):0.00}");
    }

    // The slope of the straight line through the logarithms, by least squares.
    private static double Exponent(int[] values, double[] quantities)
    {
        double[] x = [.. values.Select(value => Math.Log(value))];
        double[] y = [.. quantities.Select(quantity => Math.Log(quantity))];
        (double meanX, double meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }

    private static (Action Work, double Operations, IDisposable Held) Learning(Size size)
    {
        VisionLanguageNetwork policy = RandomModel.Create(size.Model);
        policy.Train(vision: size.Side > 0);
        var learner = new GrpoLearner(policy, null, Settings, new RolloutSettings(), seed: 0);
        // A prompt each, so that the arithmetic is that of every token.
        TrainingSample[] samples = [.. Enumerable.Range(0, size.Responses).Select(Sample)];
        // Once forwards, and twice as much backwards.
        return (() => learner.Learn(1, samples), 3 * size.Operations(), new Both(learner, policy));

        TrainingSample Sample(int place)
        {
            ProcessedImage[] images = size.Side > 0 ? [RandomModel.Image(size.Model, size.Side, place)] : [];
            int[] response = RandomModel.Tokens(size.Model, size.Response, 100 + place);
            return new TrainingSample(
                new PromptedResponse(size.Prompt(place), response, images), new float[size.Response], Advantage: 1);
        }
    }

    private static (Action Work, double Operations, IDisposable Held) Generating(Size size)
    {
        VisionLanguageNetwork model = RandomModel.Create(size.Model);
        var engine = new LocalRolloutEngine(model, size.Responses);
        return (
            () => engine.Generate(
                [.. Enumerable.Range(0, size.Responses).Select(i =>
                    new RolloutRequest(size.Prompt(i), [], size.Response, [RandomStream.For(3, i)]))],
                new SamplingSettings(Temperature: 1),
                CancellationToken.None),
            size.Operations(),
            model);
    }

    private sealed record Both(IDisposable First, IDisposable Second) : IDisposable
    {
        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }

    /// <summary>What goes through a model.</summary>
    /// <param name="Responses">How many, each to a prompt of its own.</param>
    /// <param name="Text">Tokens of text in each prompt.</param>
    /// <param name="Side">Of each prompt's image, in tokens; 0 for none.</param>
    /// <param name="Response">Tokens of each response.</param>
    private sealed record Size(ModelConfig Model, int Responses, int Text, int Side, int Response)
    {
        public int[] Prompt(int place) => Side > 0
            ? RandomModel.PromptWithImage(Model, Side, Text, place)
            : RandomModel.Tokens(Model, Text, place);

        /// <summary>Multiplications and additions of a forward pass's products; norms and the like left out.</summary>
        public double Operations()
        {
            TextConfig text = Model.Text;
            var vision = (WindowedVisionConfig)Model.Vision;
            double tokens = Prompt(0).Length + Response;
            double keyValue = text.KeyValueHeads * text.HeadSize;
            double layer = (2.0 * text.HiddenSize * text.HiddenSize) + (2 * text.HiddenSize * keyValue)
                + (3.0 * text.HiddenSize * text.IntermediateSize);
            // Each token's products, its scores and sums over the half of all pairs that is behind it, and the head.
            double decoder = (text.Layers * tokens * ((2 * layer) + (2 * text.HiddenSize * tokens)))
                + (2.0 * Response * text.HiddenSize * text.VocabularySize);
            double patches = 4.0 * Side * Side;
            double window = Math.Min(patches, Math.Pow(vision.WindowSize / vision.PatchSize, 2));
            double block = vision.HiddenSize * ((4.0 * vision.HiddenSize) + (3.0 * vision.IntermediateSize));
            double seen = Enumerable.Range(0, vision.Depth)
                .Sum(i => vision.FullAttentionBlocks.Contains(i) ? patches : window);
            double merged = vision.HiddenSize * vision.MergeSize * vision.MergeSize;
            double embedding = 2.0 * vision.PatchLength * vision.HiddenSize;
            double tower = (patches * ((2 * vision.Depth * block) + (4 * vision.HiddenSize * seen) + embedding))
                + (patches / 4 * 2 * merged * (merged + vision.OutHiddenSize));
            return Responses * (decoder + tower);
        }
    }
}
