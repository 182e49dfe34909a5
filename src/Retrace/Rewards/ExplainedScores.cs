namespace Retrace.Rewards;

/// <summary>The scores of a group, and what they were computed from on the way.</summary>
/// <param name="Scores">[n] one for each maternal trajectory.</param>
/// <param name="Formula">How the parts make a score, in a phrase that names them; empty where the rule does not say.</param>
/// <param name="Parts">The parts in the order in which they are computed; empty where the rule does not say.</param>
public sealed record ExplainedScores(double[] Scores, string Formula, IReadOnlyList<RewardPart> Parts)
{
    /// <summary>Scores of which nothing else is known.</summary>
    /// <param name="scores">[n]</param>
    public static ExplainedScores Bare(double[] scores) => new(scores, "", []);
}
