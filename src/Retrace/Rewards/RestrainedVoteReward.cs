using Retrace.Advantages;
using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// RESTRAIN: every answer is a pseudo-label, weighed by how many gave it; where no answer has a following, all
/// responses are pushed away from; and a problem weighs by its agreement. Scores are advantages.
/// </summary>
/// <remarks>
/// <para>
/// Source: Yu et al. 2025 (arXiv 2510.02172). With f_j the share of answer j and g(f) = exp(−(1 − f)² / 2σ²): the
/// advantage of response i is Σ_j w_j·A_ij with w_j = g(f_j) / Σ g, A_ij being GRPO's (over the group's standard
/// deviation) where answer j is the label. Where the highest share is below κ all rewards are 0, and all advantages −δ.
/// The problem's weight is g of the highest share among the start model's answers.
/// </para>
/// <para>
/// The paper sums losses in place of advantages, which has the same gradient as long as no ratio is clipped. Without
/// answers of the start model, the weight of a problem is that of the samples at hand. σ, κ and δ are ours: no code was
/// published.
/// </para>
/// <para>
/// By hand, answers A A A B: g = e^(−1/8) and e^(−9/8), so w = 0.731059 and 0.268941. The advantages are ±0.5 and ∓1.5
/// for the one label and the other: 0.231059 for A, −0.693176 for B; the problem's weight is 0.882497, and with A B B C
/// of the start model e^(−1/2) = 0.606531.
/// </para>
/// </remarks>
public sealed class RestrainedVoteReward : IRewardRule
{
    private const double Width = 0.5;                // σ
    private const double LeastAgreement = 0.25;      // κ, as a share of the group
    private const double Penalty = 1;                // δ

    public RewardInputs Reads => RewardInputs.StartAnswers;

    public RewardInputs Needs => RewardInputs.None;

    public bool GivesAdvantages => true;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        RewardPart shares = RewardPart.OfAnswers("share of the samples", group, frequencies.Of);
        double[] advantages = new double[group.Maternal.Count];
        if (frequencies.Of(frequencies.Mode) < LeastAgreement)
        {
            Array.Fill(advantages, -Penalty);
            return new ExplainedScores(advantages, "−1 for all, as no answer has a quarter of the samples", [shares]);
        }
        int[] labels = [.. group.Maternal.Where(answer => answer != AnswerClasses.None).Distinct()];
        double whole = labels.Sum(label => Trust(frequencies.Of(label)));
        double[][] ofLabels = GroupAdvantages.GroupStandardised(
            [.. labels.Select(label => group.Maternal.Select(answer => answer == label ? 1.0 : 0.0).ToArray())]);
        Dictionary<int, double> weights = labels.ToDictionary(
            label => label, label => Trust(frequencies.Of(label)) / whole);
        double[] ofOwn = new double[advantages.Length]; // With a response's own answer as the label.
        foreach ((int label, double[] ofLabel) in labels.Zip(ofLabels))
        {
            for (int i = 0; i < advantages.Length; i++)
            {
                double share = weights[label] * ofLabel[i];
                advantages[i] += share;
                ofOwn[i] += group.Maternal[i] == label ? share : 0;
            }
        }
        return new ExplainedScores(
            advantages,
            "sum over all answers as the label of the label's weight times the advantage that it gives",
            [
                shares,
                RewardPart.OfAnswers("weight as the label", group, answer => weights[answer]),
                RewardPart.Of("with its own answer as the label", ofOwn),
                RewardPart.Of("with the others as the label", advantages.Zip(ofOwn, (sum, own) => sum - own)),
            ]);
    }

    public double WeightOf(AnswerGroup group)
    {
        IReadOnlyList<int> start = group.SideAnswersOf(RewardInputs.StartAnswers);
        AnswerFrequencies frequencies = new(start.Count > 0 ? start : group.Maternal);
        return Trust(frequencies.Of(frequencies.Mode));
    }

    // g
    private static double Trust(double share) => Math.Exp(-(1 - share) * (1 - share) / (2 * Width * Width));
}
