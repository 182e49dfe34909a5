namespace Retrace.Evaluation.RuleStudies;

/// <summary>How a rule rewards stored groups. What needs labels is null where there are none.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Groups">Groups that it could read.</param>
public sealed record RuleResult(string Rule, long Groups)
{
    /// <summary>What it needs and no group holds; null where it could read some.</summary>
    public string? Lacks { get; init; }

    /// <summary>Share of groups whose advantages are all 0, which teach nothing.</summary>
    public double? WithoutSpread { get; init; }

    /// <summary>Correlation of reward with being right, both centred within each problem: what advantages see.</summary>
    public double? Within { get; init; }

    /// <summary>Correlation of reward with being right over all responses.</summary>
    public double? Over { get; init; }

    /// <summary>
    /// Mean over problems of the mean advantage times being right: how far the first update goes towards right answers.
    /// </summary>
    public double? Pull { get; init; }

    /// <summary>
    /// Of problems whose most frequent answer over both rounds is wrong, and that some response answers rightly: the
    /// share whose top reward goes to a right one. Ties count by their share.
    /// </summary>
    public double? Rescued { get; init; }

    /// <summary>Number of those problems.</summary>
    public long VoteWrong { get; init; }

    /// <summary>
    /// Of problems whose most frequent answer is right, and that some response answers wrongly: the share whose top
    /// reward goes to a wrong one.
    /// </summary>
    public double? Lost { get; init; }

    /// <summary>Number of those problems.</summary>
    public long VoteRight { get; init; }
}
