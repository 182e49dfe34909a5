namespace Retrace.Rewards;

/// <summary>The reward that training sees: a rule's reward, with the format's share blended in.</summary>
public static class RewardBlend
{
    /// <summary>(1 − w) · reward + w · format, where format is 1 for a response of the asked form and else 0.</summary>
    /// <param name="reward">The rule's reward.</param>
    /// <param name="formatted">Whether the response has the asked form (<see cref="Answers.ResponseFormat"/>).</param>
    /// <param name="formatWeight">w, in [0, 1]; 0.1 in the release.</param>
    public static double Total(double reward, bool formatted, double formatWeight) =>
        (1 - formatWeight) * reward + (formatted ? formatWeight : 0);
}
