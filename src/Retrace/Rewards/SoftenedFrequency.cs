namespace Retrace.Rewards;

/// <summary>
/// The paper's softening of a frequency (its equation 8): r = f_base · (1 + γ · tanh(β · (f_r / f_base − 1))).
/// </summary>
/// <remarks>
/// An answer that comes back more often than it came is lifted by up to γ, one that comes back less often is lowered,
/// to 1 − γ of its frequency (nearly, by tanh β) if it never does. Continuous in both frequencies, and f_base itself
/// where they are equal. The paper adds a small ε to the divisor; it is 0 here, since an answer of the maternal round
/// has f_base ≥ 1 / (n · (1 + m)).
/// </remarks>
public sealed record SoftenedFrequency
{
    /// <summary>γ and β as the paper sets them.</summary>
    public const double PaperGamma = 0.2;

    /// <inheritdoc cref="PaperGamma"/>
    public const double PaperBeta = 5;

    /// <param name="gamma">γ, in [0, 1): the most that a frequency is lifted or lowered by, as a share of it.</param>
    /// <param name="beta">β, above 0: how quickly the difference counts in full.</param>
    /// <exception cref="BadInputException">A number is out of range.</exception>
    public SoftenedFrequency(double gamma = PaperGamma, double beta = PaperBeta)
    {
        if (gamma is not (>= 0 and < 1))
        {
            throw new BadInputException($"γ of the softened frequency is {gamma}; it must be at least 0 and below 1.");
        }
        if (beta is not (> 0 and <= double.MaxValue))
        {
            throw new BadInputException($"β of the softened frequency is {beta}; it must be above 0.");
        }
        Gamma = gamma;
        Beta = beta;
    }

    /// <summary>γ</summary>
    public double Gamma { get; }

    /// <summary>β</summary>
    public double Beta { get; }

    /// <summary>The reward of an answer, in [0, 1].</summary>
    /// <param name="overall">f_base: its frequency in both rounds together, above 0.</param>
    /// <param name="retraced">f_r: its frequency among the continuations.</param>
    public double Of(double overall, double retraced) =>
        Math.Clamp(overall * (1 + (Gamma * Math.Tanh(Beta * ((retraced / overall) - 1)))), 0, 1);
}
