using System.Globalization;

namespace Retrace.SelfTest;

/// <summary>How a check came out.</summary>
public enum Outcome
{
    /// <summary>Within its bound.</summary>
    Pass,

    /// <summary>Beyond its bound, or it ended in an error.</summary>
    Fail,

    /// <summary>This machine lacks what the check needs.</summary>
    Skip,

    /// <summary>A figure without a bound, such as a speed.</summary>
    Info,
}

/// <summary>What a check found.</summary>
/// <param name="Check">Its name.</param>
/// <param name="Figures">What was measured, and the bound; or why it was not.</param>
public sealed record Finding(string Check, Outcome Outcome, string Figures)
{
    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Passes if an error is at most its bound; NaN fails.</summary>
    internal static Finding Within(string check, double error, double bound, string what = "off by") => new(
        check,
        error <= bound ? Outcome.Pass : Outcome.Fail,
        string.Create(CultureInfo.InvariantCulture, $"{what} {error:0.0e+0}, bound {bound:0.0e+0}"));
}
