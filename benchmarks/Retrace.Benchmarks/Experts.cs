using System.Globalization;
using Retrace.Benchmarks.Measuring;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Benchmarks;

/// <summary>
/// A mixture of experts against a gated MLP as wide as the experts that a token goes through: forward, with the backward
/// pass to the input alone, as with an adapter of other layers, and with that to all weights, whose gradients are there or not.
/// </summary>
internal static class Experts
{
    public static void Run(BenchmarkSettings settings)
    {
        // In the proportions of Qwen3-VL-30B-A3B, with fewer experts.
        (int hidden, ExpertConfig config, int[] tokens) = settings.Smallest
            ? (64, new ExpertConfig(8, 2, 32, NormsShares: true, [0]), (int[])[32])
            : (1024, new ExpertConfig(32, 8, 384, NormsShares: true, [0]), [512, 2048]);
        using DisposeScope scope = NewDisposeScope();
        using Parameters sparse = new(ScalarType.Float32, CPU);
        using Parameters dense = new(ScalarType.Float32, CPU);
        var experts = new MixtureOfExperts(sparse, "mlp", hidden, config);
        var mlp = new GatedMlp(dense, "mlp", hidden, config.ActivePerToken * config.IntermediateSize, bias: false);
        Initialise(sparse);
        Initialise(dense);
        Console.WriteLine(
            $"{config.Count} experts, {config.ActivePerToken} for each token, {hidden} x {config.IntermediateSize}; "
            + $"{sparse.Count / 1e6:0.0} million weights against {dense.Count / 1e6:0.0}; processor time:");
        foreach (int count in tokens)
        {
            Compare("forward", Pass.Forward, count);
            Compare("forward and backward to the input", Pass.ToInput, count);
            Compare("forward and backward to all weights", Pass.ToWeights, count);
            Compare("the same, the first of an update", Pass.FirstOfUpdate, count);
            Compare("the same, the first of a step", Pass.FirstOfStep, count);
        }

        void Compare(string name, Pass pass, int count)
        {
            bool trains = pass is not (Pass.Forward or Pass.ToInput);
            sparse.Train(_ => trains);
            dense.Train(_ => trains);
            using Tensor x = randn([count, hidden]);
            Rounds rounds = Rounds.Of(
                settings,
                ("dense", () => Take(pass, x, dense, mlp.Forward)),
                ("experts", () => Take(pass, x, sparse, input => experts.Forward(input))));
            (Spread one, Spread other) = (rounds.ProcessorSeconds("experts"), rounds.ProcessorSeconds("dense"));
            Console.WriteLine($"{count} tokens, {name}:");
            Console.WriteLine($"  {"dense, seconds",-42} {other.ToString("0.0000")}");
            Console.WriteLine($"  {"experts, seconds",-42} {one.ToString("0.0000")}");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {"experts / dense, best of each",-42} {one.Lowest / other.Lowest:0.000}"));
        }
    }

    private enum Pass
    {
        Forward,
        ToInput,
        ToWeights,
        FirstOfUpdate,
        FirstOfStep,
    }

    private static void Take(Pass pass, Tensor values, Parameters parameters, Func<Tensor, Tensor> layer)
    {
        using DisposeScope scope = NewDisposeScope();
        if (pass == Pass.Forward)
        {
            using var noGrad = no_grad();
            layer(values);
            return;
        }
        // Gradients of the weights are added to; an update lets go of them, and a step's last one of experts' memory, too.
        if (pass is Pass.FirstOfUpdate or Pass.FirstOfStep)
        {
            foreach (string name in parameters.Names)
            {
                parameters[name].grad = null;
            }
        }
        if (pass == Pass.FirstOfStep)
        {
            parameters.ReleaseGradientRooms();
        }
        Tensor x = values.detach().requires_grad_();
        layer(x).sum().backward();
    }

    private static void Initialise(Parameters parameters)
    {
        using var noGrad = no_grad();
        foreach (string name in parameters.Names)
        {
            using Tensor values = randn(parameters[name].shape);
            using Scalar deviation = 0.02;
            parameters[name].copy_(values.mul_(deviation));
        }
    }
}
