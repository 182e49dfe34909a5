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

    /// <summary>
    /// Samples that a step takes of each problem for the rule alone, beside the maternal round and its continuations or
    /// votes, by whichever model. At most: a problem without a picture needs no blind samples, and one whose other words are
    /// in the data no sample that finds them.
    /// </summary>
    /// <param name="configuration">The run's settings.</param>
    public int SideSampleCount(RunConfiguration configuration)
    {
        int group = configuration.Rollout.Group;
        return OfRound(RewardInputs.BlindAnswers, configuration.Retracing.BlindSamples)
            + OfRound(RewardInputs.StartAnswers, group)
            + OfRound(RewardInputs.TeacherAnswers, group)
            + OfRound(RewardInputs.Judgements, group) // A judgement of each response.
            + OfRound(RewardInputs.RephrasedAnswers, 1 + group); // The other words, and what is answered to them.

        int OfRound(RewardInputs input, int samples) => Rule.Reads.HasFlag(input) ? samples : 0;
    }

    /// <summary>Whether <c>reward.rule</c> names the rule that rewards; otherwise <c>method</c> does.</summary>
    /// <param name="configuration">The run's settings.</param>
    public static bool TakesRuleFromSettings(RunConfiguration configuration) => configuration.Method == Csrs;

    /// <param name="configuration">Names the method and the rule.</param>
    public static Method Of(RunConfiguration configuration)
    {
        bool isCsrs = TakesRuleFromSettings(configuration);
        IRewardRule rule = RewardRules.Create(
            isCsrs ? configuration.Reward.Rule : configuration.Method, configuration.Reward.ToParameters());
        return new Method(
            rule, isCsrs && configuration.Retracing.Samples > 0 && rule.Reads.HasFlag(RewardInputs.Continuations));
    }
}
