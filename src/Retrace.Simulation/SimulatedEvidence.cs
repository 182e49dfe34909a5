using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>What a rule reads besides both rounds, where there is a distribution of answers and no model.</summary>
/// <remarks>
/// Further answers come from distributions of their own (<see cref="FurtherAnswers"/>). All that a model would measure
/// of a response is the same for every response, so that a rule can tell answers apart by answers alone: confidences,
/// lengths, judgements, the asked form; and every response leads straight to its own answer.
/// </remarks>
internal static class SimulatedEvidence
{
    /// <summary>
    /// The answers besides both rounds that the rule reads, and what they are sampled from: with the picture blanked
    /// from all answers alike, the start model's from the first policy, and from the policy itself those of a teacher,
    /// whose weights have caught up with it, and those to the question in other words, which change nothing.
    /// </summary>
    /// <param name="start">The first policy.</param>
    /// <param name="policy">The policy that is rewarded.</param>
    public static IReadOnlyList<(RewardInputs Input, AnswerDistribution Source)> FurtherAnswers(
        IRewardRule rule, AnswerDistribution start, AnswerDistribution policy) =>
    [
        .. new (RewardInputs Input, AnswerDistribution Source)[]
        {
            (RewardInputs.BlindAnswers, AnswerDistribution.OfLogits(new double[policy.Answers])),
            (RewardInputs.StartAnswers, start),
            (RewardInputs.TeacherAnswers, policy),
            (RewardInputs.RephrasedAnswers, policy),
        }.Where(one => rule.Reads.HasFlag(one.Input)),
    ];

    /// <summary>The first trajectory's score with the problem's weight in learning.</summary>
    /// <param name="group">All answers that the rule reads.</param>
    /// <param name="right">The right answer, for a rule that reads labels.</param>
    /// <param name="possible">A, the number of possible answers.</param>
    /// <param name="random">For a rule that reads random numbers; null where there is none.</param>
    public static double ScoreOfFirst(AnswerGroup group, IRewardRule rule, int right, int possible, Random? random)
    {
        int n = group.Maternal.Count;
        double[] alike = new double[n];
        Array.Fill(alike, 1);
        AnswerGroup complete = group with
        {
            GoldClass = rule.Reads.HasFlag(RewardInputs.Label) ? right : null,
            Evidence =
            [
                .. new (RewardInputs Input, Func<Evidence> Make)[]
                {
                    (RewardInputs.AnchorPositions, () => new AnchorPositions(
                        [.. group.Retraced.Select(IReadOnlyList<int> (list) => new int[list.Count])])),
                    (RewardInputs.MeanEntropies, () => new MeanEntropies(alike)),
                    (RewardInputs.SelfCertainties, () => new SelfCertainties(alike)),
                    (RewardInputs.StepConfidences, () => new StepConfidences(alike)),
                    (RewardInputs.Judgements, () => new Judgements(alike)),
                    (RewardInputs.FormatChecks, () => new FormatChecks(Array.ConvertAll(alike, _ => true))),
                    (RewardInputs.WordsBeforeAnswers, () => new WordsBeforeAnswers(new int[n])),
                    (RewardInputs.AnswerDistances, () => Distances(group.Maternal, possible)),
                    (RewardInputs.RandomNumbers, () => new RandomNumbers(
                        random ?? throw new ArgumentNullException(nameof(random)))),
                }.Where(one => rule.Reads.HasFlag(one.Input)).Select(one => one.Make()),
            ],
        };
        return rule.WeightOf(complete) * rule.Score(complete)[0];
    }

    // One step, nearest to the response's own answer; none in a group of a single answer, as the evidence has it.
    private static AnswerDistances Distances(IReadOnlyList<int> answers, int possible)
    {
        bool areDifferent = answers.Distinct().Count() > 1;
        return new AnswerDistances(
        [
            .. answers.Select(IReadOnlyList<IReadOnlyList<double>> (answer) => areDifferent
                ? [[.. Enumerable.Range(0, possible).Select(other => other == answer ? 1.0 : 2.0)]]
                : []),
        ]);
    }
}
