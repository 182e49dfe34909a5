namespace Retrace.Answers.Mathematics;

/// <summary>The gamma function: Γ(n + 1) is n!.</summary>
internal static class GammaFunction
{
    // Of Lanczos's series for g = 7 (Lanczos 1964; Godfrey 2001), good for 15 digits.
    private const double G = 7;

    private static readonly double[] Coefficients =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>The value of Γ; infinite or NaN at 0, −1, −2, ….</summary>
    public static double Evaluate(double argument)
    {
        if (argument < 0.5)
        {
            return Math.PI / (Math.Sin(Math.PI * argument) * Evaluate(1 - argument)); // Euler's reflection.
        }
        double x = argument - 1;
        double series = Coefficients[0];
        for (int i = 1; i < Coefficients.Length; i++)
        {
            series += Coefficients[i] / (x + i);
        }
        double shifted = x + G + 0.5;
        return Math.Sqrt(2 * Math.PI) * Math.Pow(shifted, x + 0.5) * Math.Exp(-shifted) * series;
    }
}
