using Retrace.Rewards;

namespace Retrace.Configuration;

/// <summary>
/// What a run's <c>method</c> stands for: the rule that rewards, and whether it is given continuations.
/// </summary>
/// <param name="Rule">Scores the groups.</param>
/// <param name="Retraces">Whether trajectories are retraced (RRM) for the rule to read.</param>
public sealed record Method(IRewardRule Rule, bool Retraces)
{
    /// <summary>The method of the paper: trajectories are retraced, and <c>reward.rule</c> reads both rounds.</summary>
    public const string Csrs = "csrs";

    /// <summary>The method of the paper, and every rule that can do without continuations.</summary>
    public static IReadOnlyList<string> Names =>
    [
        Csrs,
        .. RewardRules.Names.Where(name => !RewardRules.Create(name).Needs.HasFlag(RewardInputs.Continuations)),
    ];

    /// <summary>Whether independent samples beyond the group may take the continuations' places.</summary>
    public bool CountsVotes => !Retraces && Rule.Reads.HasFlag(RewardInputs.Continuations);

    /// <param name="configuration">Names the method and the rule.</param>
    public static Method Of(RunConfiguration configuration)
    {
        bool isCsrs = configuration.Method == Csrs;
        IRewardRule rule = RewardRules.Create(
            isCsrs ? configuration.Reward.Rule : configuration.Method, configuration.Reward.ToParameters());
        return new Method(
            rule, isCsrs && configuration.Retracing.Samples > 0 && rule.Reads.HasFlag(RewardInputs.Continuations));
    }
}
