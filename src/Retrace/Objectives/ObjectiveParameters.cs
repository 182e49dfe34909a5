namespace Retrace.Objectives;

/// <summary>The numbers that objectives are configured by; each reads its own.</summary>
/// <param name="Clip">ε, above 0: how far the ratio may fall below 1 before it is clipped.</param>
/// <param name="ClipHigh">ε_high, above 0: how far the ratio may rise above 1; null: as far as ε.</param>
/// <param name="PositiveGate">τ of sapo for advantages above 0, above 0.</param>
/// <param name="NegativeGate">τ of sapo for other advantages, above 0.</param>
public sealed record ObjectiveParameters(
    double Clip = 0.2,
    double? ClipHigh = null,
    double PositiveGate = SoftGateObjective.PaperPositive,
    double NegativeGate = SoftGateObjective.PaperNegative)
{
    /// <summary>ε_high, or ε where it is not given.</summary>
    public double UpperClip => ClipHigh ?? Clip;
}
