using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// SCOPE: votes that weigh as much as their response is confident step by step, in subgroups that each have a label of
/// their own. 1 for the label of a response's subgroup, 0 for every other answer.
/// </summary>
/// <remarks>
/// <para>
/// Source: arXiv 2512.15146, grouputils.py and myutils.py of its release. A problem's responses are divided, in the
/// order in which they were sampled, into subgroups of one size. For each, half of all responses are picked at random,
/// and its label is the answer with the largest sum of their confidences (<see cref="StepConfidences"/>). Which size:
/// every size that divides n is tried; of those that no other exceeds both in reward rate (the mean reward) and in
/// diversity (the number of different labels), the one nearest to the best of both, each scaled to [0, 1] over them,
/// with weights 0.7 and 0.3. Ties go to the smaller size, and among answers to the one that came first.
/// </para>
/// <para>
/// The release chooses one size for a whole batch, where here it is one for each problem, and picks voters anew once it
/// is chosen. Its configuration asks the sampler for the sampled token's log-probability alone, where the paper has
/// those of the likeliest k. As voters are random, exchanging two trajectories exchanges the distributions of their
/// rewards.
/// </para>
/// <para>
/// By hand: A A A B with confidences 1 1 1 4, so a pick with the last response is for B and any other for A. If the
/// picks are, for size 1, AA AB AB AA; for size 2, AB AA; and AA for size 4: the labels are A B B A, then B B A A, then
/// A four times; the rewards 1 0 0 0, 0 0 1 0 and 1 1 1 0. Reward rate and diversity are (1/4, 2), (1/4, 2) and (3/4,
/// 1), none of which exceeds another in both. Scaled they are (0, 1), (0, 1) and (1, 0), √0.7 and √0.3 away from (1, 1):
/// size 4, and the rewards are 1 1 1 0.
/// </para>
/// </remarks>
public sealed class StepConfidenceReward : IRewardRule
{
    private const double RateWeight = 0.7;  // λ
    private const double NoDivision = 1e-8; // Keeps the scale of what is the same everywhere finite.

    public RewardInputs Reads => RewardInputs.StepConfidences | RewardInputs.RandomNumbers;

    /// <exception cref="ArgumentException">The group has no confidences, or no random numbers.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has no confidences, or no random numbers.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        int n = group.Maternal.Count;
        Random random = group.Read<RandomNumbers>().Stream;
        IReadOnlyList<double> confidences = group.Read<StepConfidences>().Values;
        Subgroups[] all =
        [
            .. Enumerable.Range(1, n).Where(size => n % size == 0)
                .Select(size => Divide(group.Maternal, confidences, size, random)),
        ];
        Subgroups[] best = [.. all.Where(one => !Array.Exists(all, other => other.Exceeds(one)))];
        double rate = best.Min(one => one.Rate);
        double rates = best.Max(one => one.Rate) - rate + NoDivision;
        double labels = best.Min(one => one.Diversity);
        double diversities = best.Max(one => one.Diversity) - labels + NoDivision;
        Subgroups chosen = best.MinBy(Distance)!;
        return new ExplainedScores(
            chosen.Rewards,
            "1 for the label of the response's subgroup: the answer with the largest sum of its voters' confidences",
            [
                RewardPart.Of("confidence", confidences),
                RewardPart.Of("subgroup", Enumerable.Range(0, n).Select(i => (double)((i / chosen.Size) + 1))),
                RewardPart.OfAnswers("share of the samples", group, new AnswerFrequencies(group.Maternal).Of),
            ]);

        double Distance(Subgroups one)
        {
            double lackOfRate = 1 - ((one.Rate - rate) / rates);
            double lackOfDiversity = 1 - ((one.Diversity - labels) / diversities);
            return (RateWeight * lackOfRate * lackOfRate) + ((1 - RateWeight) * lackOfDiversity * lackOfDiversity);
        }
    }

    private static Subgroups Divide(
        IReadOnlyList<int> answers, IReadOnlyList<double> confidences, int size, Random random)
    {
        double[] rewards = new double[answers.Count];
        HashSet<int> labels = [];
        for (int start = 0; start < rewards.Length; start += size)
        {
            int label = Label(answers, confidences, Picked(rewards.Length, random));
            if (label != AnswerClasses.None)
            {
                labels.Add(label);
                for (int i = start; i < start + size; i++)
                {
                    rewards[i] = answers[i] == label ? 1 : 0;
                }
            }
        }
        return new Subgroups(size, rewards, rewards.Average(), labels.Count);
    }

    // The answer with the largest sum of confidences; None where none of the voters answers.
    private static int Label(IReadOnlyList<int> answers, IReadOnlyList<double> confidences, ReadOnlySpan<int> voters)
    {
        Dictionary<int, double> votes = [];
        foreach (int voter in voters)
        {
            if (answers[voter] != AnswerClasses.None)
            {
                votes[answers[voter]] = votes.GetValueOrDefault(answers[voter]) + confidences[voter];
            }
        }
        return votes.Count == 0 ? AnswerClasses.None : votes.MinBy(vote => (-vote.Value, vote.Key)).Key;
    }

    // Half of n, rounded up, each at most once.
    private static ReadOnlySpan<int> Picked(int n, Random random)
    {
        int[] order = [.. Enumerable.Range(0, n)];
        int voters = (n + 1) / 2;
        for (int i = 0; i < voters; i++)
        {
            int other = random.Next(i, n);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order.AsSpan(0, voters);
    }

    private sealed record Subgroups(int Size, double[] Rewards, double Rate, int Diversity)
    {
        public bool Exceeds(Subgroups other) =>
            Rate >= other.Rate && Diversity >= other.Diversity && (Rate > other.Rate || Diversity > other.Diversity);
    }
}
