namespace Retrace.Evaluation.Comparisons;

/// <summary>The unit in which a vote's budget is matched to another method's.</summary>
public enum BudgetUnit
{
    /// <summary>Generated tokens.</summary>
    Tokens,

    /// <summary>Samples for a problem.</summary>
    Samples,

    /// <summary>Seconds of training.</summary>
    Seconds,
}
