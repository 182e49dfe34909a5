using Retrace.Benchmarks.Measuring;
using Retrace.Models.Network;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Benchmarks;

/// <summary>
/// A decoding step against what the machine allows: reading the weights and the cache once at the bandwidth of a plain
/// sum, or, for a batch whose products take longer than that, the same products alone.
/// </summary>
internal static class Decoding
{
    private const long Float = sizeof(float);
    private const long BandwidthProbe = 1L << 27; // Elements: 512 MiB, far beyond any cache.

    public static void Run(BenchmarkSettings settings)
    {
        ModelConfig config = settings.Smallest ? RandomModel.Smallest : RandomModel.HundredMillion;
        using VisionLanguageNetwork model = RandomModel.Create(config);
        Console.WriteLine($"{model.Parameters.Count / 1e6:0.0} million weights, fp32");
        foreach (int batch in settings.Smallest ? [1, 4] : (int[])[1, 64])
        {
            Measure(model, batch, settings);
        }
    }

    private static void Measure(VisionLanguageNetwork model, int batch, BenchmarkSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        TextConfig text = model.Config.Text;
        // With fewer than 64 tokens to come, decoding reads the weights as they are stored.
        (int promptTokens, int few, int most, int many) = settings.Smallest ? (8, 2, 4, 6) : (128, 8, 63, 72);
        int steps = many - few;
        int held = promptTokens + ((few + many) / 2); // On average, while the steps are taken that are counted.
        var engine = new LocalRolloutEngine(model, batch);
        int[][] prompts = [.. Enumerable.Range(0, batch).Select(i => RandomModel.Tokens(model.Config, promptTokens, i))];

        Tensor[] matrices =
        [
            .. model.Parameters.Names
                .Where(name => !model.Config.Family.WeightNames.IsVision(name))
                .Select(name => model.Parameters[name])
                .Where(weights => weights.dim() == 2),
        ];
        Dictionary<long, Tensor> inputs =
            matrices.Select(matrix => matrix.shape[1]).Distinct().ToDictionary(size => size, size => randn(batch, size));
        Tensor probe = ones(settings.Smallest ? 1 << 20 : BandwidthProbe);
        Tensor queries = randn(batch, text.KeyValueHeads, text.Heads / text.KeyValueHeads, text.HeadSize);
        Tensor[] keys = [.. Enumerable.Range(0, 2 * text.Layers)
            .Select(_ => randn(batch, text.KeyValueHeads, held, text.HeadSize))]; // And values.
        Tensor logits = randn(batch, text.VocabularySize);

        Rounds rounds = Rounds.Of(
            settings,
            ("few", () => Generate(few)),
            ("stored", () => Generate(most)),
            ("many", () => Generate(many)),
            ("sum", () => probe.sum().Dispose()),
            ("products", Repeated(() =>
            {
                foreach (Tensor matrix in matrices)
                {
                    nn.functional.linear(inputs[matrix.shape[1]], matrix).Dispose();
                }
            })),
            ("attention", Repeated(() =>
            {
                for (int layer = 0; layer < text.Layers; layer++)
                {
                    nn.functional.scaled_dot_product_attention(queries, keys[2 * layer], keys[(2 * layer) + 1]).Dispose();
                }
            })),
            ("distribution", Repeated(() => logits.log_softmax(-1).exp().cumsum(-1))));

        double weightBytes = matrices.Sum(matrix => matrix.numel()) * Float;
        double cacheBytes = keys.Sum(part => part.numel()) * Float;
        double probeBytes = probe.numel() * Float;
        Console.WriteLine($"batch {batch}, prompts of {promptTokens} tokens, {steps} steps:");
        Line("tokens a second", rounds.Of(s => batch / Step(s)), "0.0");
        Line("milliseconds a step", rounds.Of(s => 1000 * Step(s)), "0.00");
        Line("a step with the weights as stored / step", rounds.Of(s =>
            (s("stored") - s("few")) / (most - few) / Step(s)), "0.00");
        Line("GB a second that a sum reads", rounds.Of(s => probeBytes / s("sum") / 1e9), "0.0");
        Line("GFLOP a second of the products", rounds.Of(s =>
            weightBytes / Float * 2 * batch * steps / s("products") / 1e9), "0.0");
        Line("bound by bandwidth / step", rounds.Of(s => BandwidthBound(s) / Step(s)), "0.00");
        Line("bound by products, and the cache / step", rounds.Of(s =>
            ((s("products") / steps) + (cacheBytes / probeBytes * s("sum"))) / Step(s)), "0.00");
        Line("share of the step: products", rounds.Of(s => s("products") / steps / Step(s)), "0.00");
        Line("share of the step: attention", rounds.Of(s => s("attention") / steps / Step(s)), "0.00");
        Line("share of the step: distribution", rounds.Of(s => s("distribution") / steps / Step(s)), "0.00");
        Line("share of the step: all else", rounds.Of(s =>
            1 - ((s("products") + s("attention") + s("distribution")) / steps / Step(s))), "0.00");

        double Step(Func<string, double> seconds) => (seconds("many") - seconds("few")) / steps;

        double BandwidthBound(Func<string, double> seconds) =>
            (weightBytes + cacheBytes) / probeBytes * seconds("sum");

        void Generate(int tokens) => engine.Generate(
            [.. prompts.Select((prompt, i) => new RolloutRequest(prompt, [], tokens, [RandomStream.For(2, i)]))],
            new SamplingSettings(Temperature: 1),
            CancellationToken.None);

        Action Repeated(Action once) => () =>
        {
            for (int i = 0; i < steps; i++)
            {
                using DisposeScope step = NewDisposeScope();
                once();
            }
        };
    }

    private static void Line(string name, Spread spread, string format) =>
        Console.WriteLine($"  {name,-42} {spread.ToString(format)}");
}
