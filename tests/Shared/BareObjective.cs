using Retrace.Objectives;

namespace Retrace.Testing;

/// <summary>
/// The objectives as their papers write them, without slopes and without sharing a line with those of the code.
/// </summary>
internal static class BareObjective
{
    /// <param name="name">The name in a configuration.</param>
    /// <param name="logProbs">[T] ln π.</param>
    /// <param name="held">[T] The same where an objective holds it constant.</param>
    /// <param name="old">[T] ln π_old.</param>
    /// <param name="advantage">A</param>
    /// <param name="parameters">ε, ε_high and τ.</param>
    /// <returns>[T] The losses of a response's tokens; those of a whole response T times.</returns>
    public static double[] Losses(
        string name, double[] logProbs, double[] held, float[] old, double advantage, ObjectiveParameters parameters)
    {
        double[] ratios = [.. logProbs.Zip(old, (now, before) => Math.Exp(now - before))];
        double low = 1 - parameters.Clip;
        double high = 1 + parameters.UpperClip;
        return name switch
        {
            "grpo" => Array.ConvertAll(ratios, Clipped),
            "gspo" => Repeated(Clipped(
                Math.Pow(ratios.Aggregate(1.0, (product, ratio) => product * ratio), 1.0 / old.Length))),
            "cispo" =>
            [
                .. logProbs.Select((now, t) => -Math.Min(Math.Exp(held[t] - old[t]), high) * advantage * now),
            ],
            "gmpo" => Repeated(-advantage * Math.Pow(
                ratios.Aggregate(1.0, (product, ratio) => product * (advantage > 0
                    ? Math.Min(ratio, Math.Exp(parameters.UpperClip))
                    : Math.Max(ratio, Math.Exp(-parameters.Clip)))),
                1.0 / old.Length)),
            "sapo" => Array.ConvertAll(ratios, ratio =>
            {
                double tau = advantage > 0 ? parameters.PositiveGate : parameters.NegativeGate;
                return -advantage * 2 / tau * (1 + Math.Tanh(tau * (ratio - 1) / 2));
            }),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };

        double Clipped(double ratio) => -Math.Min(ratio * advantage, Math.Clamp(ratio, low, high) * advantage);

        double[] Repeated(double loss) => [.. Enumerable.Repeat(loss, old.Length)];
    }
}
