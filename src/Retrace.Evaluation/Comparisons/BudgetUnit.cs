namespace Retrace.Evaluation.Comparisons;

/// <summary>What a vote may spend as much of as another method.</summary>
public enum BudgetUnit
{
    /// <summary>Generated tokens.</summary>
    Tokens,

    /// <summary>Samples for a problem.</summary>
    Samples,

    /// <summary>Seconds of training.</summary>
    Seconds,
}
