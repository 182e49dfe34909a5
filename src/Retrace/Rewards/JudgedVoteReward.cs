using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// Actor and judge: the frequency of a response's answer, times a factor of what a frozen copy of the model thinks of
/// the response, less a penalty for its form; over the log-sum of the group.
/// </summary>
/// <remarks>
/// <para>
/// Source: arXiv 2603.21289, verifier.py of its release. With the judge's score s in [0, 1]: base = 1 for the most
/// frequent answer and 0 for the others where it has more than 0.85 of the responses, else p(a); g(s) = 1 + 0.2·σ((s −
/// 0.95) / 0.02) − 0.2·σ((0.40 − s) / 0.05); r = base · g(s), less 0.5 without the asked form, clamped to [0, 1]; the
/// reward is r − ln Σ eʳ. The last term is the same for the whole group, and vanishes in advantages. There r is
/// first multiplied by a constant, which is 1 here, and a response without an answer is a vote for having none; here its
/// p is 0.
/// </para>
/// <para>
/// By hand, A A A B, all of the asked form, judged 1, 0.6, 0 and 0.6: base = 0.75 0.75 0.75 0.25; g(1) = 1 + 0.2 ·
/// 0.924142 = 1.184827, g(0.6) = 1 − 0.2 · 0.017986 = 0.996403, g(0) = 1 − 0.2 · 0.999665 = 0.800067; r = 0.888620
/// 0.747302 0.600050 0.249101, whose ln Σ eʳ is 2.034464.
/// </para>
/// </remarks>
public sealed class JudgedVoteReward : IRewardRule
{
    private const double ClearMajority = 0.85;
    private const double Swing = 0.2;             // The most that a judgement lifts or lowers.
    private const double High = 0.95;             // From about here on it lifts.
    private const double HighWidth = 0.02;
    private const double Low = 0.40;              // Below about here it lowers.
    private const double LowWidth = 0.05;
    private const double FormatPenalty = 0.5;

    public RewardInputs Reads => RewardInputs.Judgements | RewardInputs.FormatChecks;

    /// <exception cref="ArgumentException">The group has no judgements, or no checks of the form.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no judgements, or no checks of the form.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        bool isClear = frequencies.Of(frequencies.Mode) > ClearMajority;
        IReadOnlyList<double> judgements = group.Read<Judgements>().Scores;
        double[] bases = [.. group.Maternal.Select(BaseOf)];
        double[] factors = [.. judgements.Select(Factor)];
        double[] penalties = [.. group.Read<FormatChecks>().AreFormatted.Select(formatted => formatted ? 0 : FormatPenalty)];
        double[] rewards =
        [
            .. bases.Zip(factors, penalties)
                .Select(one => Math.Clamp((one.First * one.Second) - one.Third, 0, 1)),
        ];
        double whole = Math.Log(rewards.Sum(Math.Exp)); // Rewards are at most 1, so nothing overflows.
        return new ExplainedScores(
            Array.ConvertAll(rewards, reward => reward - whole),
            "vote · factor of the judgement − penalty for the form, within 0 and 1, less the log-sum of the group; "
            + (isClear ? "the vote is 1 for the clear majority" : "the vote is the share"),
            [
                RewardPart.Of("share of the samples", group.Maternal.Select(frequencies.Of)),
                RewardPart.Of("vote", bases),
                RewardPart.Of("judgement", judgements),
                RewardPart.Of("factor of the judgement", factors),
                RewardPart.Of("penalty for the form", penalties),
                RewardPart.Of("log-sum of the group", Enumerable.Repeat(whole, rewards.Length)),
            ]);

        double BaseOf(int answer) =>
            isClear && answer != frequencies.Mode ? 0 : isClear ? 1 : frequencies.Of(answer);
    }

    // g
    private static double Factor(double score) =>
        1 + (Swing * Sigmoid((score - High) / HighWidth)) - (Swing * Sigmoid((Low - score) / LowWidth));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
