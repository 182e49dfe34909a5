using Retrace.Answers;
using Retrace.Runs;

namespace Retrace.Training.Evolution;

/// <summary>Why the advantages of a group are all 0.</summary>
internal enum NoSpread
{
    /// <summary>Every response reached the maximum length without an end.</summary>
    CutOff,

    /// <summary>No response has an answer that could be extracted.</summary>
    NoAnswer,

    /// <summary>All responses have the same answer.</summary>
    SameAnswer,

    /// <summary>There are different answers and rewards, but the rule gives the problem no weight.</summary>
    LeftOut,

    /// <summary>There are different answers, which the rule rewards alike.</summary>
    Other,
}

/// <summary>Finds the groups that teach nothing, and why: a loss of 0 explained.</summary>
internal static class GroupSpread
{
    /// <summary>The reason, where all advantages of a group are 0; null where they are not.</summary>
    /// <param name="group">The samples of a problem.</param>
    /// <param name="rewards">[n] Their rewards.</param>
    /// <param name="advantages">[n] Their advantages.</param>
    public static NoSpread? Of(SampledGroup group, double[] rewards, double[] advantages)
    {
        if (advantages.Any(advantage => advantage != 0))
        {
            return null;
        }
        IReadOnlyList<int> answers = group.Answers.Maternal;
        return group.Maternal.All(one => !one.Generation.Stopped) ? NoSpread.CutOff
            : answers.All(answer => answer == AnswerClasses.None) ? NoSpread.NoAnswer
            : answers.All(answer => answer == answers[0]) ? NoSpread.SameAnswer
            : rewards.Any(reward => reward != rewards[0]) ? NoSpread.LeftOut
            : NoSpread.Other;
    }

    /// <summary>Adds the shares of the reasons to a step's metrics.</summary>
    /// <param name="metrics">The metrics without them.</param>
    /// <param name="groups">[problems]</param>
    /// <param name="rewards">[problems][n]</param>
    /// <param name="advantages">[problems][n]</param>
    public static StepMetrics AddTo(
        StepMetrics metrics, SampledGroup[] groups, double[][] rewards, double[][] advantages)
    {
        NoSpread?[] reasons = [.. groups.Select((group, place) => Of(group, rewards[place], advantages[place]))];
        return metrics with
        {
            NoSpreadShare = ShareOf(reason => reason is not null),
            NoSpreadCutOff = ShareOf(reason => reason == NoSpread.CutOff),
            NoSpreadNoAnswer = ShareOf(reason => reason == NoSpread.NoAnswer),
            NoSpreadSameAnswer = ShareOf(reason => reason == NoSpread.SameAnswer),
            NoSpreadLeftOut = ShareOf(reason => reason == NoSpread.LeftOut),
            NoSpreadOther = ShareOf(reason => reason == NoSpread.Other),
        };

        double ShareOf(Func<NoSpread?, bool> isMeant) => (double)reasons.Count(isMeant) / reasons.Length;
    }
}
