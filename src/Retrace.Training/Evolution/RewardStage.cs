using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Rewards;
using Retrace.Training.Prompts;

namespace Retrace.Training.Evolution;

/// <summary>Answers to classes, classes to rewards, rewards to advantages.</summary>
internal sealed class RewardStage
{
    private readonly RunConfiguration _configuration;
    private readonly IReadOnlyDictionary<string, string> _labels;
    private readonly IAnswerEquivalence _equivalence;
    private readonly IRewardRule _rule;
    private readonly AdvantageNormalisation _normalisation;

    /// <param name="labels">Gold answers by problem id: for measurement, and for the supervised method.</param>
    public RewardStage(RunConfiguration configuration, IReadOnlyDictionary<string, string> labels)
    {
        _configuration = configuration;
        _labels = labels;
        string rule = configuration.Method == "csrs" ? configuration.Reward.Rule : configuration.Method;
        _equivalence = RewardRules.EquivalenceOf(rule);
        _rule = RewardRules.Create(rule, configuration.Reward.ToParameters());
        _normalisation = GroupAdvantages.Parse(configuration.Learning.Advantage);
    }

    /// <param name="sampled">[problems][samples]: the first n are trained on, the others only vote.</param>
    /// <param name="retraced">[problems][n], or nothing.</param>
    public RewardedGroup[] Assess(
        int step,
        IReadOnlyList<PreparedProblem> batch,
        IReadOnlyList<Trajectory[]> sampled,
        IReadOnlyList<Retracing[]> retraced)
    {
        int n = _configuration.Rollout.Group;
        double[][] rewards = new double[batch.Count][];
        var measured = new AnswerGroup[batch.Count];
        for (int place = 0; place < batch.Count; place++)
        {
            Trajectory[] maternal = sampled[place][..n];
            Retracing[] retracings = retraced.Count == 0 ? [] : retraced[place];
            (AnswerGroup voting, measured[place]) = Classify(step, place, batch[place], sampled[place], retracings);
            double[] scores = _rule.Score(voting);
            rewards[place] =
            [
                .. scores.Select((score, i) => RewardBlend.Total(
                    score, maternal[i].IsFormatted, _configuration.Reward.FormatWeight)),
            ];
        }
        double[][] advantages = GroupAdvantages.Of(rewards, _normalisation);
        return
        [
            .. batch.Select((problem, place) => new RewardedGroup(
                problem,
                sampled[place][..n],
                retraced.Count == 0 ? [] : retraced[place],
                measured[place],
                rewards[place],
                advantages[place])),
        ];
    }

    // The group whose answers vote, and the group that is measured: without the votes that stand in for continuations.
    private (AnswerGroup Voting, AnswerGroup Measured) Classify(
        int step, int place, PreparedProblem problem, Trajectory[] sampled, Retracing[] retracings)
    {
        int n = _configuration.Rollout.Group;
        (int[] classes, int? gold) = ClassifiedAnswers.Of(
            sampled, retracings, _labels.GetValueOrDefault(problem.Problem.Id), _equivalence);
        int[] maternal = classes[..n];
        Trajectory[] trained = sampled[..n];
        var measured = new AnswerGroup(maternal, Split(classes.AsSpan(sampled.Length), retracings.Length))
        {
            AnchorGroups = [.. retracings.Select(retracing => retracing.AnchorGroups)],
            MeanEntropies = [.. trained.Select(one => Mean(one.Generation.Entropies))],
            SelfCertainties = [.. trained.Select(one => Mean(one.Generation.SelfCertainties))],
            GoldClass = gold,
            Random = RandomStream.For(_configuration.Seed, Purpose.Reward, step, place),
        };
        AnswerGroup voting = sampled.Length == n
            ? measured
            : new AnswerGroup(maternal, Split(classes.AsSpan(n), n)) { GoldClass = gold };
        return (voting, measured);
    }

    // Into as many lists of equal length as can be; the first take what is left.
    private static int[][] Split(ReadOnlySpan<int> classes, int lists)
    {
        int[][] split = new int[lists][];
        for (int i = 0; i < lists; i++)
        {
            int from = (int)((long)classes.Length * i / lists);
            int to = (int)((long)classes.Length * (i + 1) / lists);
            split[i] = classes[from..to].ToArray();
        }
        return split;
    }

    private static double Mean(float[] values) => values.Length == 0 ? 0 : values.Average(value => (double)value);
}
