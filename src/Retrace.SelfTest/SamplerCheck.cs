using System.Globalization;
using Retrace.Training.Rollouts;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>Whether tokens are sampled as often as their probabilities say: Pearson's χ².</summary>
internal static class SamplerCheck
{
    private const int Tokens = 50;
    private const int Samples = 20_000;

    // A normal deviate beyond this comes in one of 30 000 right samplers; the samples are always the same.
    private const double MostDeviation = 4;

    /// <summary>Samples at a temperature, from all tokens or from those that hold top-p.</summary>
    public static Finding Run(double temperature, double topP, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Random random = RandomStream.For(5, 0);
        float[] logits = [.. Enumerable.Range(0, Tokens).Select(_ => (float)(3 * random.NextDouble()))];
        float[] uniform = [.. Enumerable.Range(0, Samples).Select(_ => random.NextSingle())];
        using TokenSampler sampler = new(new SamplingSettings(temperature, topP), stops: [0], device);
        (Tensor tokens, Tensor _) = sampler.Sample(
            tensor(logits, device: device).expand(Samples, Tokens), tensor(uniform, [Samples, 1], device: device));
        int[] counts = new int[Tokens];
        foreach (double token in Distance.Values(tokens))
        {
            counts[(int)token]++;
        }
        double deviation = Deviation(counts, Probabilities(logits, temperature, topP));
        return new Finding(
            string.Create(CultureInfo.InvariantCulture, $"sampler, temperature {temperature}, top-p {topP}"),
            deviation <= MostDeviation ? Outcome.Pass : Outcome.Fail,
            string.Create(
                CultureInfo.InvariantCulture, $"χ² is {deviation:0.0} σ from its mean, bound {MostDeviation:0.0}"));
    }

    /// <summary>
    /// χ² of counts as a normal deviate (Wilson and Hilferty 1931): ((χ²/k)^(1/3) − (1 − 2/9k)) / √(2/9k) with k one
    /// less than the number of possible tokens. Infinite where an impossible token was sampled.
    /// </summary>
    internal static double Deviation(int[] counts, double[] probabilities)
    {
        double samples = counts.Sum();
        double squares = 0;
        int possible = 0;
        foreach ((int count, double probability) in counts.Zip(probabilities))
        {
            if (probability > 0)
            {
                possible++;
                squares += Math.Pow(count - (samples * probability), 2) / (samples * probability);
            }
            else if (count > 0)
            {
                return double.PositiveInfinity;
            }
        }
        double share = 2.0 / (9 * (possible - 1));
        return (Math.Cbrt(squares / (possible - 1)) - (1 - share)) / Math.Sqrt(share);
    }

    private static double[] Probabilities(float[] logits, double temperature, double topP)
    {
        double[] powers = [.. logits.Select(logit => Math.Exp(logit / temperature))];
        double whole = powers.Sum();
        double[] kept = new double[powers.Length];
        double before = 0;
        foreach (int token in Enumerable.Range(0, powers.Length).OrderByDescending(token => powers[token]))
        {
            kept[token] = before < topP ? powers[token] / whole : 0;
            before += powers[token] / whole;
        }
        return [.. kept.Select(share => share / kept.Sum())];
    }
}
