using Retrace.Answers;
using Retrace.Rewards;

namespace Retrace.Statistics;

/// <summary>
/// How often answers survive retracing: right and wrong ones separately where labels exist, and measures that need no
/// labels. Problems weigh by their continuations.
/// </summary>
/// <param name="Mean">The share of continuations that came back to the answer they were cut from.</param>
/// <param name="Right">The same over rightly answered trajectories alone; null where there are none.</param>
/// <param name="Wrong">The same over wrongly answered ones, those without an answer left out.</param>
/// <param name="Gap"><paramref name="Right"/> − <paramref name="Wrong"/>: the survival gap.</param>
/// <param name="GapHalfWidth">
/// Half the width of the gap's 95 % interval: 1.96 standard errors by the delta method, with problems as the
/// independent units (the continuations of one problem are not independent of each other).
/// </param>
/// <param name="GapWithin">
/// The mean of right − wrong within each problem that has both kinds of trajectories. Rewards compare trajectories of
/// one problem; the gap over all problems is wide already where easy problems are those whose answers survive.
/// </param>
/// <param name="GapWithinHalfWidth">
/// Half the width of its 95 % interval, 1.96 standard errors over these problems.
/// </param>
/// <param name="VoteGap">
/// As <paramref name="GapWithin"/>, between a problem's most frequent answer and its others: how far survival only
/// repeats the vote. Needs no label.
/// </param>
/// <param name="Spread">
/// The standard deviation of survival between the trajectories of a problem, beyond what k samples vary by chance; 0
/// where it is less. Retracing can only tell answers apart where this is large. Needs no label.
/// </param>
public sealed record SurvivalStatistics(
    double Mean,
    double? Right,
    double? Wrong,
    double? Gap,
    double? GapHalfWidth,
    double? GapWithin,
    double? GapWithinHalfWidth,
    double? VoteGap,
    double Spread)
{
    private const double Quantile = 1.959963984540054; // of the standard normal distribution, at 0.975

    /// <param name="groups">At least one, all with continuations; at least two for each trajectory.</param>
    /// <exception cref="ArgumentException">There are no or too few continuations.</exception>
    public static SurvivalStatistics Of(IReadOnlyList<AnswerGroup> groups)
    {
        if (groups.Count == 0 || groups.Any(group => group.Retraced.Any(answers => answers.Count < 2)))
        {
            throw new ArgumentException("Survival needs problems with two or more continuations of each trajectory.");
        }
        Tally[] all = [.. groups.Select(group => Tally.Of(group, _ => true))];
        Tally[] right = [.. groups.Select(group => Tally.Of(group, answer => answer == group.GoldClass))];
        Tally[] wrong =
        [
            .. groups.Select(group => Tally.Of(
                group, answer => group.GoldClass is int gold && answer != gold && answer != AnswerClasses.None)),
        ];
        int[] votes = [.. groups.Select(group => new AnswerCounts(group).Majority())];
        Tally[] frequent =
        [
            .. groups.Zip(votes, (group, vote) => Tally.Of(
                group, answer => answer != AnswerClasses.None && answer == vote)),
        ];
        Tally[] rare =
        [
            .. groups.Zip(votes, (group, vote) => Tally.Of(
                group, answer => answer != AnswerClasses.None && answer != vote)),
        ];
        (double[] Right, double[] Wrong) within = OfBoth(right, wrong);
        (double[] Frequent, double[] Rare) byVote = OfBoth(frequent, rare);
        double? rightShare = Share(right);
        double? wrongShare = Share(wrong);
        return new SurvivalStatistics(
            Share(all) ?? 0,
            rightShare,
            wrongShare,
            rightShare - wrongShare,
            rightShare is double r && wrongShare is double w ? HalfWidth(right, r, wrong, w) : null,
            MeanDifference(within.Right, within.Wrong),
            within.Right.Length < 2 ? null : HalfWidth(PairedDifference.Of(within.Wrong, within.Right)),
            MeanDifference(byVote.Frequent, byVote.Rare),
            Math.Sqrt(Math.Max(0, groups.Average(VarianceBeyondChance))));
    }

    private static double? Share(Tally[] tallies)
    {
        long continuations = tallies.Sum(tally => (long)tally.Continuations);
        return continuations == 0 ? null : (double)tallies.Sum(tally => (long)tally.Survivors) / continuations;
    }

    // The shares of the problems that have both.
    private static (double[] Ones, double[] Others) OfBoth(Tally[] ones, Tally[] others)
    {
        (Tally One, Tally Other)[] both =
            [.. ones.Zip(others).Where(pair => pair.First.Continuations > 0 && pair.Second.Continuations > 0)];
        return ([.. both.Select(pair => pair.One.Share)], [.. both.Select(pair => pair.Other.Share)]);
    }

    private static double? MeanDifference(double[] ones, double[] others) =>
        ones.Length == 0 ? null : ones.Zip(others, (one, other) => one - other).Average();

    private static double HalfWidth(PairedDifference difference) => (difference.Upper - difference.Lower) / 2;

    // A ratio of sums p = Σx / Σm depends on problem g by (x_g − p·m_g) / Σm.
    private static double HalfWidth(Tally[] right, double rightShare, Tally[] wrong, double wrongShare)
    {
        double rightTotal = right.Sum(tally => (double)tally.Continuations);
        double wrongTotal = wrong.Sum(tally => (double)tally.Continuations);
        double variance = right.Zip(wrong, (r, w) =>
            ((r.Survivors - (rightShare * r.Continuations)) / rightTotal)
            - ((w.Survivors - (wrongShare * w.Continuations)) / wrongTotal)).Sum(influence => influence * influence);
        return Quantile * Math.Sqrt(variance);
    }

    // A share of k samples has variance p(1 − p) / k by chance, which s(1 − s) / (k − 1) estimates without bias.
    private static double VarianceBeyondChance(AnswerGroup group)
    {
        int[] survivors = Survival.Survivors(group);
        double[] shares = [.. survivors.Select((survived, i) => (double)survived / group.Retraced[i].Count)];
        if (shares.Length < 2)
        {
            return 0;
        }
        double mean = shares.Average();
        double between = shares.Sum(share => (share - mean) * (share - mean)) / (shares.Length - 1);
        double chance = shares.Select((share, i) => share * (1 - share) / (group.Retraced[i].Count - 1)).Average();
        return between - chance;
    }

    /// <summary>Continuations of some of a problem's trajectories, and how many survived.</summary>
    private readonly record struct Tally(int Survivors, int Continuations)
    {
        public double Share => (double)Survivors / Continuations;

        public static Tally Of(AnswerGroup group, Func<int, bool> belongs)
        {
            int[] survivors = Survival.Survivors(group);
            int[] chosen = [.. Enumerable.Range(0, survivors.Length).Where(i => belongs(group.Maternal[i]))];
            return new Tally(chosen.Sum(i => survivors[i]), chosen.Sum(i => group.Retraced[i].Count));
        }
    }
}
